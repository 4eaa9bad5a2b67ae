using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Server.Configuration;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Microsoft.Extensions.Configuration;

namespace Bridge.Server.Tests.Hosting;

/// <summary>Hosting an assembly by configuration; a wrong entry is one line that names its key.</summary>
public sealed class ApplicationLoaderTests
{
    private const string Type = "HostedApplication.Applications";

    [Theory]
    [InlineData("Asgi", "asgi")]
    [InlineData("RunAsync", "ASGI")]
    [InlineData("Wsgi", "wsgi")]
    public async Task A_property_a_method_or_a_field_is_hosted_with_its_own_version_of_a_dependency(string member, string kind)
    {
        var hosted = Load((nameof(ApplicationSettings.Member), member), (nameof(ApplicationSettings.Kind), kind));
        using var fixture = new HostingFixture(_ => hosted, hosted.Callable);
        var driver = new FakeDriver();
        driver.Give(new HttpRequestEvent());

        var ending = await fixture.RunAsync(driver);

        Assert.Equal(EndingKind.Finished, ending.Kind);
        Assert.Equal("2", string.Concat(driver.TakeAll().OfType<HttpResponseBodyEvent>().Select(part => Encoding.UTF8.GetString(part.BodyOrDefault.Span))));
        Assert.Equal("1", SharedDependency.Dependency.Version);
    }

    [Fact]
    public void Settings_of_the_entry_reach_the_application()
    {
        var hosted = Load(("Member", "Asgi"), ("Lifespan", "on"), ("MaxInstances", "7"));

        Assert.Equal(("shop", LifespanMode.On, 7), (hosted.Name, hosted.Lifespan, hosted.MaxInstances));
    }

    [Theory]
    [InlineData("Bridge:Applications:shop:Assembly is missing.", "Assembly", "")]
    [InlineData("Bridge:Applications:shop:Assembly is \"/nowhere/x.dll\"; there is no such file.", "Assembly", "/nowhere/x.dll")]
    [InlineData("Bridge:Applications:shop:Type is missing.", "Type", "")]
    [InlineData("Bridge:Applications:shop:Type is \"Nope\"; HostedApplication has no such type.", "Type", "Nope")]
    [InlineData("Bridge:Applications:shop:Member is missing.", "Member", "")]
    [InlineData("Bridge:Applications:shop:Member is \"Nope\"; HostedApplication.Applications has no public static member of this name.", "Member", "Nope")]
    [InlineData("Bridge:Applications:shop:Member is \"Text\"; it must be, or hold, a Asgiref.Core.AsgiApplication (Kind is asgi), and is a System.String.", "Member", "Text")]
    [InlineData("Bridge:Applications:shop:Member is \"Nothing\"; it must be, or hold, a Asgiref.Core.AsgiApplication (Kind is asgi), and is null.", "Member", "Nothing")]
    [InlineData("Bridge:Applications:shop:Member is \"OfAnotherShape\"; it must be, or hold, a Asgiref.Core.AsgiApplication (Kind is asgi), and the method has another shape.", "Member", "OfAnotherShape")]
    [InlineData("Bridge:Applications:shop:Member is \"Raising\"; reading it raised InvalidOperationException: no database", "Member", "Raising")]
    [InlineData("Bridge:Applications:shop:MaxInstances is 0; it must be 1 or more.", "MaxInstances", "0")]
    public void A_wrong_entry_is_told_in_one_line_with_its_key(string expected, string key, string value)
    {
        var error = Assert.Throws<ConfigurationException>(() => Load(("Member", "Asgi"), (key, value)));

        Assert.Equal(expected, error.Message);
    }

    [Fact]
    public void A_WSGI_setting_out_of_its_range_names_its_key()
    {
        var error = Assert.Throws<ConfigurationException>(() => Load(("Member", "Wsgi"), ("Kind", "wsgi"), ("Wsgi:MaxThreads", "0")));

        Assert.StartsWith("Bridge:Applications:shop:Wsgi:MaxThreads is wrong: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_assembly_cannot_be_hosted()
    {
        var error = Assert.Throws<ConfigurationException>(() => Load(
            ("Member", "Asgi"), ("Assembly", Path.ChangeExtension(Assets.HostedApplication, ".deps.json"))));

        Assert.Contains("it cannot be loaded", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Bridge:Applications:shop:Assembly ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_assembly_built_against_a_newer_major_version_of_the_core_is_refused_by_name()
    {
        var error = Assert.Throws<ConfigurationException>(() => Load(
            ("Assembly", Assets.HostedOnNewerCore), ("Type", "HostedOnNewerCore.Applications"), ("Member", "Asgi")));

        Assert.Equal(
            $"Bridge:Applications:shop:Assembly is \"{Assets.HostedOnNewerCore}\"; "
                + "HostedOnNewerCore was built against Asgiref.Core 99.0.0, which is newer than the bridge's 0.1.0.",
            error.Message);
    }

    private static HostedApplication Load(params (string Key, string Value)[] settings)
    {
        var entries = new Dictionary<string, string?> { ["Assembly"] = Assets.HostedApplication, ["Type"] = Type };
        foreach (var (key, value) in settings)
        {
            entries[key] = value;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            entries.Select(entry => KeyValuePair.Create($"{ApplicationSettings.Section}:shop:{entry.Key}", entry.Value))).Build();
        using var metrics = new BridgeMetrics();
        return new ApplicationLoader(configuration, new HostedMembers(), metrics).Load().Single();
    }
}
