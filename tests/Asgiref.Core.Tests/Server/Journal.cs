using System.Threading.Channels;
using Asgiref.Core.Events;
using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Server;

/// <summary>An application that writes down what it sees, one line each, and ends after its disconnect event or when told "end".</summary>
internal sealed class Journal
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    /// <summary>What an instance waits for before it begins; by default nothing.</summary>
    public Task Before { get; init; } = Task.CompletedTask;

    /// <summary>What an instance does before it ends; by default nothing.</summary>
    public Func<string, Task> BeforeEnd { get; init; } = _ => Task.CompletedTask;

    public AsgiApplication Application => async (scope, receive, send) =>
    {
        await Before;
        var id = TestServer.IdOf(scope);
        Write($"{id} begins");
        var isOver = false;
        while (!isOver)
        {
            var message = await receive();
            Write($"{id} got {message.Type}{ReasonOf(message)}");
            if (message.Type == "raise")
            {
                throw new InvalidOperationException($"{id} was told to raise");
            }

            isOver = message.Type is "end" or "test.disconnect";
        }

        await BeforeEnd(id);
        Write($"{id} ends");
    };

    public void Write(string line) => _lines.Writer.TryWrite(line);

    public Task<string> NextAsync() => _lines.Reader.ReadAsync().WithDeadline();

    public async Task<IReadOnlyList<string>> NextAsync(int count)
    {
        var lines = new List<string>();
        while (lines.Count < count)
        {
            lines.Add(await NextAsync());
        }

        return lines;
    }

    public bool IsEmpty => !_lines.Reader.TryPeek(out _);

    /// <summary>The reason of a disconnect event, as it stands in a line.</summary>
    public static string ReasonOf(AsgiEvent message) =>
        message.Extra.TryGetValue("reason", out var reason) ? $" ({((AsgiValue.TextValue)reason).Value})" : "";
}
