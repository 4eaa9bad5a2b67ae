using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;

namespace Shop;

/// <summary>A hub with a call, a broadcast, a stream in each direction, and an end by the server.</summary>
public sealed class ChatHub : Hub
{
    public Task<string> Echo(string text) => Task.FromResult(text);

    public async Task Join(string room)
    {
        await Groups.AddToGroupAsync(Context.ConnectionId, room);
        await Clients.Caller.SendAsync("joined", room);
    }

    public Task Say(string room, string text) => Clients.Group(room).SendAsync("said", text);

    public async IAsyncEnumerable<int> Count(int to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; number <= to; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return number;
            await Task.Yield();
        }
    }

    public async Task<int> Sum(IAsyncEnumerable<int> numbers)
    {
        var sum = 0;
        await foreach (var number in numbers)
        {
            sum += number;
        }

        return sum;
    }

    public Task Fail() => throw new HubException("This call always fails.");

    public void Leave() => Context.Abort();
}
