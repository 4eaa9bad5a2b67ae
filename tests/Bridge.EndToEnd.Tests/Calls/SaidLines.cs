namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>The lines that the functions of this process say, for tests that wait for them. Safe for concurrent use.</summary>
internal sealed class SaidLines
{
    private readonly HashSet<string> _lines = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<(string Line, TaskCompletionSource Said)> _waits = [];

    public void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            _waits.RemoveAll(wait => wait.Line == line && wait.Said.TrySetResult());
        }
    }

    /// <summary>Ends when the line has been said.</summary>
    public async Task UntilAsync(string line)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Contains(line))
            {
                return;
            }

            _waits.Add((line, said));
        }

        await said.Task.WithDeadline(wait: $"\"{line}\" in this process");
    }
}
