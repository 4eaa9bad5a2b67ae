using System.Threading.Channels;

namespace DotnetWorker;

/// <summary>The last entries, and who wants to hear of new ones. Safe for concurrent use.</summary>
internal sealed class Guestbook
{
    private const int MaxEntries = 100;

    private readonly Lock _gate = new();
    private readonly Queue<string> _entries = [];
    private readonly HashSet<Channel<string>> _readers = [];

    public IReadOnlyList<string> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    public void Add(string entry)
    {
        lock (_gate)
        {
            _entries.Enqueue(entry);
            if (_entries.Count > MaxEntries)
            {
                _entries.Dequeue();
            }

            foreach (var reader in _readers)
            {
                reader.Writer.TryWrite(entry);
            }
        }
    }

    /// <summary>New entries from now on, until the reader leaves. One that is slow misses the oldest.</summary>
    public Channel<string> Enter()
    {
        var reader = Channel.CreateBounded<string>(
            new BoundedChannelOptions(MaxEntries) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _readers.Add(reader);
        }

        return reader;
    }

    public void Leave(Channel<string> reader)
    {
        lock (_gate)
        {
            _readers.Remove(reader);
        }
    }
}
