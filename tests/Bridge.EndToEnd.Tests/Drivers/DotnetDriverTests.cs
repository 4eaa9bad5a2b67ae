using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Bridge.Client;
using Bridge.EndToEnd.Tests.Running;
using Snippets;

namespace Bridge.EndToEnd.Tests.Drivers;

/// <summary>The checks of <see cref="DriverChecks"/>, by the .NET client.</summary>
[Collection(SharedBridge.Name)]
public sealed class DotnetDriverTests(SharedBridge shared) : IDisposable
{
    private const int Many = 64;

    private readonly BridgeClient _samples = new($"http://{shared.Samples.GrpcAddress}");
    private readonly BridgeClient _probes = new($"http://{shared.Probes.GrpcAddress}");

    [Fact]
    public async Task The_wsgi_sample_answers()
    {
        var (exchange, body) = await AskAsync(_samples, "wsgi", Scope());

        Assert.Equal(200, exchange.Status);
        Assert.NotEmpty(body);
    }

    [Fact]
    public async Task The_snippet_of_the_readme_gets_its_text_back() =>
        Assert.Equal("hello", await BridgeClientSnippet.EchoAsync("hello", $"http://{shared.Samples.GrpcAddress}").WithDeadline());

    [Fact]
    public async Task The_snippet_of_the_readme_calls_a_function_of_the_bridge() =>
        Assert.Equal(
            "Hello Ann, from the bridge.",
            await CallablesSnippet.GreetAsync("Ann", $"http://{shared.Samples.GrpcAddress}").WithDeadline());

    [Fact]
    public async Task A_body_larger_than_4_mb_comes_back_identical()
    {
        var sent = new byte[5 * 1024 * 1024 + 7];
        new Random(1).NextBytes(sent);

        var (exchange, body) = await AskAsync(_samples, "echo", Scope(), sent);

        Assert.Equal(200, exchange.Status);
        Assert.True(body.AsSpan().SequenceEqual(sent), $"{body.Length} bytes came back");
    }

    [Fact]
    public async Task Sixty_four_instances_run_at_once()
    {
        // Each holds its instance open until all have seen their first part come back.
        var waiting = Many;
        var allRunning = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await Task.WhenAll(Enumerable.Range(0, Many).Select(async number =>
        {
            await using var run = await _samples.RunAsync("echo", Scope());
            await run.SendAsync(Part($"first of {number}", more: true)).WithDeadline();
            Assert.Equal($"first of {number}", await NextPartAsync(run));
            if (Interlocked.Decrement(ref waiting) == 0)
            {
                allRunning.SetResult();
            }

            await allRunning.Task.WithDeadline();
            await run.SendAsync(Part($"second of {number}", more: false)).WithDeadline();
            Assert.Equal($"second of {number}", await NextPartAsync(run));
            Assert.Null(await run.ReceiveAsync().WithDeadline());
            Assert.Equal(RunEndingKind.Finished, (await run.Completion.WithDeadline()).Kind);
        })).WithDeadline();
    }

    [Fact]
    public async Task A_header_repeated_99_times_keeps_its_order()
    {
        var sent = AsgiHeaders.Wrap([.. Enumerable.Range(0, 99).Select(number => new AsgiHeader("x-echo-part", $"{number}"))]);

        var (exchange, _) = await AskAsync(_samples, "echo", Scope() with { Headers = sent });

        Assert.Equal(sent, exchange.Headers);
    }

    [Fact]
    public async Task Header_bytes_that_are_not_utf8_come_back_unchanged()
    {
        AsgiHeaders sent = [new AsgiHeader("x-echo-raw"u8.ToArray(), new byte[] { 0xFF, 0xFE, 0x80, 0xC3, 0x28, 0xE9 })];

        var (exchange, _) = await AskAsync(_samples, "echo", Scope() with { Headers = sent });

        Assert.Equal(sent, exchange.Headers);
    }

    [Fact]
    public async Task An_application_that_raises_before_the_start_is_a_typed_error()
    {
        var error = await Assert.ThrowsAsync<BridgeException>(() => AskAsync(_probes, "raise-before-start", Scope()));

        Assert.Equal((BridgeError.ApplicationFailed, BridgeSide.Application), (error.Error, error.Side));
    }

    [Fact]
    public async Task An_application_that_raises_after_the_start_fails_in_the_body()
    {
        await using var exchange = await _probes.RequestAsync("raise-after-start", Scope()).WithDeadline();

        Assert.Equal(200, exchange.Status);
        var error = await Assert.ThrowsAsync<BridgeException>(() => exchange.ReadToEndAsync().WithDeadline());
        Assert.Equal(BridgeError.ApplicationFailed, error.Error);
    }

    [Fact]
    public async Task A_driver_that_cancels_in_the_middle_gives_the_application_its_disconnect()
    {
        var scope = Scope() with { Path = $"/{Guid.NewGuid()}" };
        await using var run = await _probes.RunAsync("wait-for-disconnect", scope);
        await run.SendAsync(Part("", more: false)).WithDeadline();
        Assert.Equal("waiting", await NextPartAsync(run));

        run.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.ReceiveAsync().WithDeadline());
        var (_, record) = await AskAsync(_probes, "records", scope);
        Assert.Equal("http.disconnect", Encoding.UTF8.GetString(record));
    }

    [Fact]
    public async Task An_unknown_application_is_a_typed_error()
    {
        var error = await Assert.ThrowsAsync<BridgeException>(() => AskAsync(_samples, "nobody", Scope()));

        Assert.Equal((BridgeError.ApplicationNotFound, BridgeStage.Start), (error.Error, error.Stage));
    }

    [Fact]
    public void A_thread_that_blocks_can_drive_too()
    {
        using var run = _samples.Run("echo", Scope(), Deadline.Default);
        run.Send(Part("blocking", more: false));

        var received = new List<AsgiEvent>();
        while (run.Receive() is { } message)
        {
            received.Add(message);
        }

        Assert.Equal("blocking", string.Concat(received.OfType<HttpResponseBodyEvent>().Select(TextOf)));
    }

    public void Dispose()
    {
        _samples.Dispose();
        _probes.Dispose();
    }

    private static HttpScope Scope() => new() { HttpVersion = "1.1", Method = "POST", Path = "/" };

    private static HttpRequestEvent Part(string text, bool more) => new() { Body = Encoding.UTF8.GetBytes(text), MoreBody = more };

    private static string TextOf(HttpResponseBodyEvent part) => Encoding.UTF8.GetString(part.BodyOrDefault.Span);

    private static async Task<(HttpExchange Exchange, byte[] Body)> AskAsync(
        BridgeClient client, string application, HttpScope scope, ReadOnlyMemory<byte> body = default)
    {
        await using var exchange = await client.RequestAsync(application, scope, body).WithDeadline();
        return (exchange, await exchange.ReadToEndAsync().WithDeadline());
    }

    private static async Task<string> NextPartAsync(ApplicationRun run)
    {
        while (await run.ReceiveAsync().WithDeadline() is { } message)
        {
            if (message is HttpResponseBodyEvent { BodyOrDefault.IsEmpty: false } part)
            {
                return TextOf(part);
            }
        }

        throw new InvalidOperationException("The application ended.");
    }
}
