using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Bridge.Bench.BenchApplications;

/// <summary>
/// Holds WebSockets that say nothing. A GET is answered with their number. A POST sends each of them a message and is
/// answered with the number of those that sent one back; one POST at a time. The same as broadcast.py.
/// </summary>
public sealed class BroadcastApplication
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);
    private static readonly WebSocketSendEvent Question = new() { Text = "?" };
    private readonly ConcurrentDictionary<AsgiSend, byte> _members = new();
    private TaskCompletionSource _all = new();
    private int _expected;
    private int _answered;

    /// <summary>The application.</summary>
    public Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send) => scope switch
    {
        WebSocketScope => BelongAsync(receive, send),
        HttpScope { Method: "POST" } => BroadcastAsync(send),
        HttpScope => AnswerAsync(send, _members.Count),
        _ => throw new NotSupportedException($"No such scope here: {scope.Type}"),
    };

    private async Task BelongAsync(AsgiReceive receive, AsgiSend send)
    {
        await receive();
        await send(new WebSocketAcceptEvent());
        _members.TryAdd(send, 0);
        try
        {
            while (await receive() is WebSocketReceiveEvent)
            {
                if (Interlocked.Increment(ref _answered) == _expected)
                {
                    _all.TrySetResult();
                }
            }
        }
        finally
        {
            _members.TryRemove(send, out _);
        }
    }

    private async Task BroadcastAsync(AsgiSend send)
    {
        var members = _members.Keys.ToArray();
        (_answered, _expected, _all) = (0, members.Length, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        foreach (var member in members)
        {
            await member(Question);
        }

        await Task.WhenAny(_all.Task, Task.Delay(AnswerLimit));
        await AnswerAsync(send, _answered);
    }

    private static async Task AnswerAsync(AsgiSend send, int number)
    {
        await send(new HttpResponseStartEvent { Status = 200 });
        await send(new HttpResponseBodyEvent { Body = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)) });
    }
}
