using System.Net.Sockets;
using Bridge.Server.Endpoints;

namespace Bridge.Server.Tests.Endpoints;

public sealed class StaleSocketTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"bridge-{Guid.NewGuid():N}.sock");

    [Fact]
    public void A_socket_on_which_nobody_listens_is_removed()
    {
        // Bound and not listening, because .NET removes the file of a socket that it closes; a killed process leaves it.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_path));

        StaleSocket.Remove(_path);

        Assert.False(File.Exists(_path));
    }

    [Fact]
    public void A_socket_on_which_somebody_listens_stays()
    {
        using var socket = Listen();

        StaleSocket.Remove(_path);

        Assert.True(File.Exists(_path));
    }

    [Fact]
    public void A_file_that_is_no_socket_stays()
    {
        File.WriteAllText(_path, "");

        StaleSocket.Remove(_path);

        Assert.True(File.Exists(_path));
    }

    [Fact]
    public void A_path_where_nothing_is_is_no_fault() => StaleSocket.Remove(_path);

    public void Dispose() => File.Delete(_path);

    private Socket Listen()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_path));
        socket.Listen();
        return socket;
    }
}
