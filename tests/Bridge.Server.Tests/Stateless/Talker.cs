using System.Collections.Concurrent;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;

namespace Bridge.Server.Tests.Stateless;

/// <summary>
/// An application with a state for each scope: it answers a text with how many it has heard, ends at "end", raises at
/// "raise", sends nothing at "hush", waits at "wait" until the test lets its scope go, and says goodbye with the reason of its disconnect.
/// </summary>
internal sealed class Talker
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waits = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _releases = new();

    /// <summary>Everything that instances have taken, as "scope: text".</summary>
    public ConcurrentQueue<string> Heard { get; } = new();

    /// <summary>Ends when an instance of the scope waits.</summary>
    public Task WaitsAsync(string scope) => Wait(scope).Task.WithDeadline(wait: $"\"wait\" of {scope}");

    public void Release(string scope) => ReleaseOf(scope).TrySetResult();

    public async Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        var name = TextOf(scope.Extra, "name");
        var count = 0;
        while (true)
        {
            var message = (CustomEvent)await receive();
            if (message.Name != "test.text")
            {
                await send(Text($"{name} goodbye, {TextOf(message.Extra, "reason")}"));
                return;
            }

            var text = TextOf(message.Extra, "text");
            Heard.Enqueue($"{name}: {text}");
            count++;
            switch (text)
            {
                case "end":
                    return;
                case "raise":
                    throw new InvalidOperationException($"{name} was told to raise");
                case "hush":
                    break;
                case "wait":
                    Wait(name).TrySetResult();
                    await ReleaseOf(name).Task;
                    break;
                default:
                    await send(Text($"{name} heard {count}, {text}"));
                    break;
            }
        }
    }

    public static CustomEvent Text(string text) => new("test.text", [new("text", text)]);

    private static string TextOf(AsgiValueMap values, string key) => ((AsgiValue.TextValue)values[key]).Value;

    private TaskCompletionSource Wait(string scope) => _waits.GetOrAdd(scope, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private TaskCompletionSource ReleaseOf(string scope) => _releases.GetOrAdd(scope, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
