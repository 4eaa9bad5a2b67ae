using System.Collections.Concurrent;
using Asgiref.Core;
using Asgiref.Core.Events;

namespace FaultWorker;

/// <summary>The sockets that hear what any of them says. Safe for concurrent use.</summary>
internal sealed class Room
{
    private readonly ConcurrentDictionary<string, AsgiSend> _sockets = new(StringComparer.Ordinal);

    public void Enter(string id, AsgiSend send) => _sockets[id] = send;

    public void Leave(string id) => _sockets.TryRemove(id, out _);

    public async Task SayAsync(string text)
    {
        foreach (var send in _sockets.Values)
        {
            try
            {
                await send(new WebSocketSendEvent { Text = text });
            }
            catch (ClientDisconnectedException)
            {
                // Its own conversation hears it too.
            }
        }
    }
}
