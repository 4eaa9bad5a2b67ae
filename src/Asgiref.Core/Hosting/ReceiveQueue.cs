using System.Threading.Channels;
using Asgiref.Core.Events;

namespace Asgiref.Core.Hosting;

/// <summary>
/// The events of one driver that its application has not taken yet, bounded by count and bytes. One side adds, one side
/// takes; <see cref="End"/> and <see cref="Finish"/> may come from anywhere.
/// </summary>
internal sealed class ReceiveQueue(int maxEvents, int maxBytes)
{
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _gate = new();
    private int _events;
    private int _bytes;
    private TaskCompletionSource? _room;
    private AsgiEvent? _last;
    private AsgiEvent? _final;

    /// <summary>Adds an event, then waits until there is room for another one. An ended queue takes nothing and never waits.</summary>
    public ValueTask AddAsync(AsgiEvent message, int bytes)
    {
        lock (_gate)
        {
            if (_last is not null || _final is not null)
            {
                return ValueTask.CompletedTask;
            }

            _events++;
            _bytes += bytes;
            _entries.Writer.TryWrite(new Entry(message, bytes));
            if (_events < maxEvents && _bytes < maxBytes)
            {
                return ValueTask.CompletedTask;
            }

            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task);
        }
    }

    /// <summary>Waits for the next event; after the end it is always the last one. A wait that is given up loses nothing (GAP-14).</summary>
    public async ValueTask<AsgiEvent> TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (Volatile.Read(ref _last) is null)
            {
                if (_entries.Reader.TryRead(out var entry))
                {
                    return Release(entry);
                }

                if (!await _entries.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && Volatile.Read(ref _last) is null)
                {
                    return _final!;
                }
            }
        }
        catch (OperationCanceledException) when (Volatile.Read(ref _last) is not null)
        {
            // The end came with the cancellation; the end is the better answer.
        }

        return _last!;
    }

    /// <summary>Ends the queue with an event that overtakes everything in it (GAP-16, PB-11). Only the first end counts.</summary>
    public void End(AsgiEvent last)
    {
        lock (_gate)
        {
            _last ??= last;
            _room?.TrySetResult();
        }

        _entries.Writer.TryComplete();
    }

    /// <summary>Ends the queue with an event that comes after everything in it. An earlier end of either kind holds.</summary>
    public void Finish(AsgiEvent last)
    {
        lock (_gate)
        {
            if (_last is null)
            {
                _final ??= last;
            }

            _room?.TrySetResult();
        }

        _entries.Writer.TryComplete();
    }

    private AsgiEvent Release(Entry entry)
    {
        lock (_gate)
        {
            _events--;
            _bytes -= entry.Bytes;
            if (_room is not null && _events < maxEvents && _bytes < maxBytes)
            {
                _room.TrySetResult();
                _room = null;
            }
        }

        return entry.Message;
    }

    private readonly record struct Entry(AsgiEvent Message, int Bytes);
}
