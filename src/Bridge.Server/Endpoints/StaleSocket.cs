using System.Net.Sockets;

namespace Bridge.Server.Endpoints;

/// <summary>
/// What a bridge that was killed leaves behind: the file of a Unix socket on which nobody listens. Kestrel would take it
/// for another server.
/// </summary>
internal static class StaleSocket
{
    /// <summary>What opening a socket as a file gives.</summary>
    private const int NoSuchDevice = 6;

    /// <summary>Removes the file, if it is a socket and nobody answers there. Everything else stays.</summary>
    public static void Remove(string path)
    {
        if (File.Exists(path) && IsRefused(path) && IsSocket(path))
        {
            File.Delete(path);
        }
    }

    private static bool IsRefused(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    /// <summary>A connection to any other kind of file is refused too. Reading and writing, because half of it waits on a pipe.</summary>
    private static bool IsSocket(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete).Dispose();
            return false;
        }
        catch (IOException error)
        {
            return error.HResult == NoSuchDevice;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
