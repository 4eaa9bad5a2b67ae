using System.Net;
using System.Net.Sockets;
using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

/// <summary>asgiref's example: UDP clients register by name and pass messages to one another through the server.</summary>
public class UdpExampleTests
{
    [Fact]
    [Covers("SRV-23", "SRV-21", "SRV-02", "SRV-03", "SRV-06")]
    public async Task Two_clients_register_by_name_and_pass_messages_through_the_server()
    {
        using var server = new UdpServer();
        using var stop = new CancellationTokenSource();
        var run = server.RunAsync(stop.Token);
        using var alice = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var bob = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));

        Assert.Equal("Welcome alice", await AskAsync(alice, server.Address, "Register alice"));
        Assert.Equal("Welcome bob", await AskAsync(bob, server.Address, "Register bob"));
        await SendAsync(alice, server.Address, "To bob: hello bob");
        Assert.Equal("alice: hello bob", await ReceiveAsync(bob));
        await SendAsync(bob, server.Address, "To alice: hello alice");
        Assert.Equal("bob: hello alice", await ReceiveAsync(alice));

        Assert.Equal(2, server.Statistics.Active);
        await stop.CancelAsync();
        await run.WithDeadline();
    }

    private static async Task<string> AskAsync(UdpClient client, IPEndPoint server, string text)
    {
        await SendAsync(client, server, text);
        return await ReceiveAsync(client);
    }

    private static Task SendAsync(UdpClient client, IPEndPoint server, string text) =>
        client.SendAsync(Encoding.UTF8.GetBytes(text), server).WithDeadline();

    private static async Task<string> ReceiveAsync(UdpClient client) =>
        Encoding.UTF8.GetString((await client.ReceiveAsync(CancellationToken.None).WithDeadline()).Buffer);

    /// <summary>The scope of one client: its address. A type of the server's own, as every protocol may have.</summary>
    private sealed record ClientScope(IPEndPoint Address) : AsgiScope
    {
        public override string Type => "udp";
    }

    private sealed record Datagram(IPEndPoint To, string Text) : AsgiEvent
    {
        public override string Type => "udp.datagram";
    }

    private sealed class UdpServer : StatelessServer<IPEndPoint>, IDisposable
    {
        private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));

        public UdpServer()
            : base(new Switchboard().RunAsync)
        {
        }

        public IPEndPoint Address => (IPEndPoint)_socket.Client.LocalEndPoint!;

        public void Dispose() => _socket.Dispose();

        protected override async Task HandleAsync(CancellationToken stopping)
        {
            while (true)
            {
                var datagram = await _socket.ReceiveAsync(stopping);
                var client = datagram.RemoteEndPoint;
                var message = new Datagram(Address, Encoding.UTF8.GetString(datagram.Buffer));
                await PostAsync(client, new ClientScope(client), message, stopping);
            }
        }

        protected override async ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken)
        {
            var datagram = (Datagram)message;
            await _socket.SendAsync(Encoding.UTF8.GetBytes(datagram.Text), datagram.To, cancellationToken);
        }
    }

    /// <summary>The application: one instance per client; the names are shared.</summary>
    private sealed class Switchboard
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, IPEndPoint> _names = new();

        public async Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
        {
            var own = ((ClientScope)scope).Address;
            var name = "nobody";
            while (await receive() is Datagram datagram)
            {
                if (datagram.Text.Split(' ', 2) is ["Register", var registered])
                {
                    name = registered;
                    _names[name] = own;
                    await send(new Datagram(own, $"Welcome {name}"));
                }
                else if (datagram.Text["To ".Length..].Split(": ", 2) is [var other, var text] && _names.TryGetValue(other, out var address))
                {
                    await send(new Datagram(address, $"{name}: {text}"));
                }
            }
        }
    }
}
