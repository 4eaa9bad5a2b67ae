using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;

namespace Bridge.Server.Tests.Hosting;

/// <summary>A driver whose client is the test: it writes receive-events, reads send-events, and leaves.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose.")]
internal sealed class FakeDriver : IDriver
{
    private readonly CancellationTokenSource _disconnected = new();
    private readonly Channel<AsgiEvent> _toApplication = Channel.CreateUnbounded<AsgiEvent>();
    private readonly Channel<(AsgiEvent Message, SendVerdict Verdict)> _toClient = Channel.CreateUnbounded<(AsgiEvent, SendVerdict)>();
    private int _receiving;
    private int _sending;

    public CancellationToken Disconnected => _disconnected.Token;

    public string? TimedOut { get; init; }

    /// <summary>A fault of the driver: ending its receive throws, and does not end it.</summary>
    public bool RaisesWhenGivenUp { get; init; }

    /// <summary>What the calls were bounded by, in order.</summary>
    public ConcurrentQueue<CancellationToken> Tokens { get; } = [];

    /// <summary>While this is set, a send waits for it: a slow client.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public bool CallsOverlapped { get; private set; }

    /// <summary>Set when the ending has come: a call after it breaks the promise of the interface.</summary>
    public bool Ended { get; set; }

    public bool CalledAfterEnd { get; private set; }

    public void Give(AsgiEvent message) => _toApplication.Writer.TryWrite(message);

    public void Leave() => _disconnected.Cancel();

    public Task<AsgiEvent> TakeAsync() => _toClient.Reader.ReadAsync().AsTask().ContinueWith(
        taken => taken.Result.Message, TaskScheduler.Default).WithDeadline();

    public IReadOnlyList<AsgiEvent> TakeAll()
    {
        var all = new List<AsgiEvent>();
        while (_toClient.Reader.TryRead(out var sent))
        {
            all.Add(sent.Message);
        }

        return all;
    }

    public async ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken)
    {
        Enter(ref _receiving, cancellationToken);
        try
        {
            if (RaisesWhenGivenUp)
            {
                using var fault = cancellationToken.UnsafeRegister(static _ => throw new InvalidOperationException("poisoned"), null);
                await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disconnected.Token);
            return _disconnected.IsCancellationRequested ? HttpDisconnectEvent.Instance : await _toApplication.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (_disconnected.IsCancellationRequested)
        {
            return HttpDisconnectEvent.Instance;
        }
        finally
        {
            Interlocked.Decrement(ref _receiving);
        }
    }

    public async ValueTask SendAsync(AsgiEvent message, SendVerdict verdict, CancellationToken cancellationToken)
    {
        Enter(ref _sending, cancellationToken);
        try
        {
            if (_disconnected.IsCancellationRequested)
            {
                throw new ClientDisconnectedException();
            }

            if (Gate is { } gate)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disconnected.Token);
                await gate.Task.WaitAsync(either.Token);
            }

            _toClient.Writer.TryWrite((message, verdict));
        }
        catch (OperationCanceledException) when (_disconnected.IsCancellationRequested)
        {
            throw new ClientDisconnectedException();
        }
        finally
        {
            Interlocked.Decrement(ref _sending);
        }
    }

    private void Enter(ref int calls, CancellationToken token)
    {
        Tokens.Enqueue(token);
        CallsOverlapped |= Interlocked.Increment(ref calls) > 1;
        CalledAfterEnd |= Ended;
    }
}
