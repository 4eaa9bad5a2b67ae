using System.Net;
using System.Net.Sockets;

namespace Bridge.EndToEnd.Tests.Faults;

internal static class FreePort
{
    /// <summary>
    /// A port that nobody listens on, below those that the system gives out: so nobody takes it while a bridge that is
    /// being restarted does not listen.
    /// </summary>
    public static int Find()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(10_000, 32_000));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one, then.
            }
        }
    }
}
