using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Http;

/// <summary>What a user's first commands do.</summary>
[Collection(SharedBridge.Name)]
public sealed class CurlTests(SharedBridge shared)
{
    [CurlFact]
    public async Task The_welcome_page_says_what_is_hosted()
    {
        var page = await CurlAsync(shared.Samples.Http("/").AbsoluteUri);

        Assert.Contains("/wsgi", page, StringComparison.Ordinal);
        Assert.Contains("/echo", page, StringComparison.Ordinal);
    }

    [CurlFact]
    public async Task The_wsgi_sample_answers() => Assert.NotEmpty(await CurlAsync(shared.Samples.Http("/wsgi").AbsoluteUri));

    [CurlFact]
    public async Task The_echo_gives_back_what_was_posted() =>
        Assert.Equal("over there", await CurlAsync("--data-binary", "over there", shared.Samples.Http("/echo").AbsoluteUri));

    [CurlFact]
    public async Task Every_command_of_the_banner_works()
    {
        var commands = shared.Samples.Banner.Commands;

        Assert.True(commands.Count >= 2, shared.Samples.Said);
        foreach (var command in commands)
        {
            var result = await ExternalCommand.RunAsync("sh", ["-c", command], folder: RunFolder.Of("banner"));
            Assert.True(result.ExitCode == 0, $"{command}: {result}");
        }
    }

    private static async Task<string> CurlAsync(params string[] arguments)
    {
        Tool.Curl.Require();
        var result = await ExternalCommand.RunAsync("curl", ["-sS", "--fail", "-m", "120", .. arguments]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output;
    }
}
