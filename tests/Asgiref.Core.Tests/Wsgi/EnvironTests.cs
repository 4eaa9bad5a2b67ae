using Asgiref.Core.Scopes;
using Asgiref.Core.Wsgi;
using static Asgiref.Core.Tests.Wsgi.WsgiCall;

namespace Asgiref.Core.Tests.Wsgi;

public class EnvironTests
{
    [Fact]
    [Covers("WSGI-08", "W2A-02", "W2A-05", "W2A-09", "W2A-10", "PEP-23", "PEP-27", "PEP-30")]
    public async Task Method_query_protocol_version_and_scheme_come_from_the_scope()
    {
        var environ = await EnvironOf(Scope with { Method = "PUT", QueryString = Bytes("a=1&b=%20"), HttpVersion = "1.0" });

        Assert.Equal("PUT", environ["REQUEST_METHOD"]);
        Assert.Equal("a=1&b=%20", environ["QUERY_STRING"]);
        Assert.Equal("HTTP/1.0", environ["SERVER_PROTOCOL"]);
        Assert.Equal((1, 0), environ["wsgi.version"]);
        Assert.Equal("http", environ["wsgi.url_scheme"]);
    }

    [Theory]
    [InlineData("1.1", "HTTP/1.1")]
    [InlineData("2", "HTTP/2")]
    [InlineData("3", "HTTP/3")]
    [Covers("W2A-09", "PEP-27", "MOVE-01")]
    public async Task The_protocol_is_the_version_that_the_client_used(string version, string protocol) =>
        Assert.Equal(protocol, (await EnvironOf(Scope with { HttpVersion = version }))["SERVER_PROTOCOL"]);

    [Theory]
    [InlineData("", "/a/b", "", "/a/b")]
    [InlineData("/r", "/r/a", "/r", "/a")]
    [InlineData("/r", "/r", "/r", "")]
    [InlineData("/r/", "/r/a", "/r", "/a")]
    [InlineData("/", "/a", "", "/a")]
    [Covers("WSGI-09", "W2A-03", "W2A-04", "PEP-24", "PEP-56")]
    public async Task The_path_is_split_at_the_root_path(string root, string path, string script, string info)
    {
        var environ = await EnvironOf(Scope with { RootPath = root, Path = path });

        Assert.Equal(script, environ["SCRIPT_NAME"]);
        Assert.Equal(info, environ["PATH_INFO"]);
        Assert.Equal(path, environ.Text("SCRIPT_NAME") + environ.Text("PATH_INFO"));
    }

    [Fact]
    [Covers("WSGI-10", "W2A-04")]
    public async Task The_root_path_is_removed_only_at_a_segment_boundary() =>
        Assert.Equal("/rest", (await EnvironOf(Scope with { RootPath = "/r", Path = "/rest" }))["PATH_INFO"]);

    [Fact]
    [Covers("WSGI-11")]
    public async Task A_path_outside_the_root_path_is_passed_whole() =>
        Assert.Equal("/other", (await EnvironOf(Scope with { RootPath = "/r", Path = "/other" }))["PATH_INFO"]);

    [Fact]
    [Covers("WSGI-12", "W2A-14", "PEP-29")]
    public async Task Paths_are_utf_8_bytes_in_a_latin_1_string()
    {
        var environ = await EnvironOf(Scope with { RootPath = "/\u4e2d", Path = "/\u4e2d/\u00e9" });

        Assert.Equal("/\u00e4\u00b8\u00ad", environ["SCRIPT_NAME"]);
        Assert.Equal("/\u00c3\u00a9", environ["PATH_INFO"]);
    }

    [Fact]
    [Covers("WSGI-23", "W2A-14", "PEP-29")]
    public async Task A_query_with_bytes_above_ascii_reaches_the_application_byte_for_byte() =>
        Assert.Equal("q=\u00ff", (await EnvironOf(Scope with { QueryString = new byte[] { (byte)'q', (byte)'=', 0xff } }))["QUERY_STRING"]);

    [Fact]
    [Covers("WSGI-13", "W2A-07")]
    public async Task The_server_address_gives_name_and_port_as_text()
    {
        var environ = await EnvironOf(Scope with { Server = new ServerAddress.Tcp("10.0.0.1", 8080) });

        Assert.Equal("10.0.0.1", environ["SERVER_NAME"]);
        Assert.Equal("8080", environ["SERVER_PORT"]);
    }

    [Theory]
    [InlineData(null, "80")]
    [InlineData("https", "443")]
    [Covers("WSGI-13", "WSGI-14", "PEP-26")]
    public async Task Without_a_server_address_name_and_port_have_defaults_of_the_scheme(string? scheme, string port)
    {
        var environ = await EnvironOf(Scope with { Scheme = scheme });

        Assert.Equal("localhost", environ["SERVER_NAME"]);
        Assert.Equal(port, environ["SERVER_PORT"]);
    }

    [Fact]
    [Covers("WSGI-14", "PEP-26")]
    public async Task A_unix_socket_gives_the_same_defaults()
    {
        var environ = await EnvironOf(Scope with { Server = new ServerAddress.Unix("/run/app.sock") });

        Assert.Equal("localhost", environ["SERVER_NAME"]);
        Assert.Equal("80", environ["SERVER_PORT"]);
    }

    [Fact]
    [Covers("WSGI-15", "W2A-08")]
    public async Task The_client_gives_its_address_host_and_port()
    {
        var environ = await EnvironOf(Scope with { Client = new ClientAddress("192.0.2.7", 4711) });

        Assert.Equal("192.0.2.7", environ["REMOTE_ADDR"]);
        Assert.Equal("192.0.2.7", environ["REMOTE_HOST"]);
        Assert.Equal("4711", environ["REMOTE_PORT"]);
    }

    [Fact]
    [Covers("WSGI-15", "PEP-25", "PEP-28", "PEP-39")]
    public async Task What_is_not_known_is_left_out_and_every_cgi_variable_is_text()
    {
        var environ = await EnvironOf(Scope with { Client = new ClientAddress("192.0.2.7", 0) });
        var bare = await EnvironOf(Scope);

        Assert.DoesNotContain("REMOTE_PORT", environ.Keys);
        Assert.DoesNotContain("REMOTE_ADDR", bare.Keys);
        Assert.DoesNotContain("CONTENT_TYPE", bare.Keys);
        Assert.DoesNotContain("HTTPS", bare.Keys);
        Assert.DoesNotContain(bare, entry => entry.Key.StartsWith("HTTP_", StringComparison.Ordinal));
        Assert.All(environ.Where(entry => !entry.Key.Contains('.', StringComparison.Ordinal)), entry => Assert.IsType<string>(entry.Value));
    }

    [Fact]
    [Covers("PEP-57", "W2A-10")]
    public async Task Tls_is_told_by_HTTPS_and_the_scheme()
    {
        var environ = await EnvironOf(Scope with { Scheme = "https" });

        Assert.Equal("on", environ["HTTPS"]);
        Assert.Equal("https", environ["wsgi.url_scheme"]);
    }

    [Fact]
    [Covers("WSGI-24", "PEP-22")]
    public async Task The_flags_tell_the_truth_about_threads_and_processes()
    {
        var many = await EnvironOf(Scope);
        var single = await EnvironOf(Scope, new WsgiOptions { SingleThreaded = true, MultiProcess = false });
        var one = await EnvironOf(Scope, new WsgiOptions { MaxThreads = 1 });

        Assert.Equal([true, true, false], Flags(many));
        Assert.Equal([false, false, false], Flags(single));
        Assert.Equal([false, true, false], Flags(one));

        static object[] Flags(IDictionary<string, object> environ) =>
            [environ["wsgi.multithread"], environ["wsgi.multiprocess"], environ["wsgi.run_once"]];
    }

    [Fact]
    [Covers("WSGI-24", "W2A-11", "PEP-33")]
    public async Task Errors_go_to_the_writer_of_the_options_or_to_standard_error()
    {
        using var log = new StringWriter();
        var environ = await EnvironOf(Scope, new WsgiOptions { Errors = log });
        environ.Errors().Write("caf\u00e9 \u4e2d");
        environ.Errors().Flush();

        Assert.Equal("caf\u00e9 \u4e2d", log.ToString());
        Assert.Same(Console.Error, (await EnvironOf(Scope)).Errors());
    }

    [Fact]
    [Covers("PEP-02")]
    public async Task The_application_may_change_its_environ_without_touching_another_request()
    {
        await using var adapter = new WsgiToAsgi((environ, start) =>
        {
            Assert.IsType<Dictionary<string, object>>(environ);
            Assert.True(environ.TryAdd("my.entry", 1));
            environ.Remove("SERVER_NAME");
            start("204 No Content", []);
            return [];
        });

        await new WsgiCall().Start(adapter).WithDeadline();
        await new WsgiCall().Start(adapter).WithDeadline();
    }

    [Fact]
    [Covers("PEP-55")]
    public async Task The_deployers_entries_are_in_every_environ_and_win()
    {
        var environ = await EnvironOf(Scope, new WsgiOptions
        {
            Environ = new Dictionary<string, object> { ["myapp.config"] = "/etc/x", ["SERVER_NAME"] = "public.example" },
        });

        Assert.Equal("/etc/x", environ["myapp.config"]);
        Assert.Equal("public.example", environ["SERVER_NAME"]);
    }

    [Fact]
    [Covers("PEP-40")]
    public async Task The_adapters_own_entry_has_its_prefix_and_holds_the_scope()
    {
        var scope = Scope with { Path = "/x" };
        var environ = await EnvironOf(scope);

        Assert.Same(scope, environ["asgiref.scope"]);
        Assert.Same(scope, environ.Scope());
        Assert.All(
            environ.Keys.Where(key => key.Contains('.', StringComparison.Ordinal)),
            key => Assert.Matches("^(wsgi|asgiref)\\.[a-z0-9_.]+$", key));
    }
}
