using System.Collections.Concurrent;

namespace ProbeApplications;

/// <summary>What an instance has seen, for another instance to ask for.</summary>
internal sealed class Record
{
    private static readonly ConcurrentDictionary<string, Record> All = new();
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<string> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static Record Of(string key) => All.GetOrAdd(key, _ => new Record());

    public void Add(string entry) => _written.TrySetResult(entry);

    /// <summary>Waits for the entry; an error names the wait when it does not come.</summary>
    public Task<string> ReadAsync() => _written.Task.WaitAsync(Limit);
}
