using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Asgiref.Core.Events;
using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Client;

/// <summary>
/// One instance of an application that this process drives. Dispose it when it is no longer needed; an instance that still
/// runs then gets its disconnect event.
/// </summary>
/// <remarks>
/// Sending and receiving may overlap. Sends made at the same time are carried out in call order; only one receive may be
/// pending. Every member has an awaitable form and most have a blocking one: the blocking form holds the calling thread and
/// no other, needs no synchronisation context to go on, and must not be used in asynchronous code.
/// </remarks>
[SuppressMessage("Reliability", "CA2213", Justification = "A source without timer or wait handle has nothing to dispose; so it may be cancelled at any time.")]
public sealed class ApplicationRun : IAsyncDisposable, IDisposable
{
    private readonly AsyncDuplexStreamingCall<RunRequest, RunResponse> _call;
    private readonly TimeSpan _closeTime;
    private readonly int _maxMessageBytes;
    private readonly CancellationToken _callerCancelled;
    private readonly CancellationTokenSource _cancelled = new();
    private readonly CancellationTokenRegistration _callerLeaves;
    private readonly CancellationTokenRegistration _clientCloses;
    private readonly SemaphoreSlim _sendTurn = new(1);
    private readonly TaskCompletionSource<RunEnding> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _write = Task.CompletedTask;
    private Task<bool>? _read;
    private Exception? _error;
    private int _receiving;
    private int _disposed;
    private bool _started;
    private bool _halfClosed;

    internal ApplicationRun(
        ApplicationService.ApplicationServiceClient applications,
        BridgeClientOptions options,
        TimeSpan? timeLimit,
        CancellationToken clientClosed,
        CancellationToken callerCancelled)
    {
        _closeTime = options.CloseTime;
        _maxMessageBytes = options.MaxMessageBytes;
        _callerCancelled = callerCancelled;
        _callerLeaves = callerCancelled.UnsafeRegister(static run => ((ApplicationRun)run!).Cancel(), this);
        _clientCloses = clientClosed.UnsafeRegister(static run => ((ApplicationRun)run!).Cancel(), this);
        _call = applications.Run(new CallOptions(deadline: DeadlineOf(timeLimit), cancellationToken: _cancelled.Token));
    }

    /// <summary>
    /// How the run ended. Settled when a receive has returned null or thrown; it fails with the same error. Whoever does not
    /// receive does not see the end, because it comes after every event.
    /// </summary>
    public Task<RunEnding> Completion => _completion.Task;

    /// <summary>
    /// Gives the application an event and waits until the connection has taken it: an application that does not receive makes
    /// this wait. The event's memory is free again after that, but not when the wait was given up.
    /// </summary>
    /// <param name="message">A receive-event of the scope's protocol, or a custom event.</param>
    /// <param name="cancellationToken">Gives up this wait only; the event may or may not be sent.</param>
    /// <returns>
    /// True; or false if the run has ended, however it ended: then the event is dropped and a receive tells why (CORE-23).
    /// </returns>
    /// <exception cref="InvalidMessageException">
    /// The event cannot cross, is no receive-event, or is larger than <see cref="BridgeClientOptions.MaxMessageBytes"/>. It is
    /// not sent, and the run goes on.
    /// </exception>
    /// <exception cref="InvalidOperationException">The sending side has been completed.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up, or the run was cancelled.</exception>
    public ValueTask<bool> SendAsync(AsgiEvent message, CancellationToken cancellationToken = default) =>
        WriteAsync(new RunRequest { Event = EventMapping.ToReceiveMessage(message) }, cancellationToken);

    /// <summary>As <see cref="SendAsync"/>, blocking the calling thread.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public bool Send(AsgiEvent message, CancellationToken cancellationToken = default) =>
        Blocking.Wait(() => SendAsync(message, cancellationToken).AsTask());

    /// <summary>Waits for the application's next event.</summary>
    /// <param name="cancellationToken">Gives up this wait only; no event is lost (GAP-14).</param>
    /// <returns>The event, or null when the application has ended and every event has been received.</returns>
    /// <exception cref="BridgeException">The run failed; every later receive throws the same.</exception>
    /// <exception cref="InvalidOperationException">Another receive is pending.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up, or the run was cancelled.</exception>
    public async ValueTask<AsgiEvent?> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _receiving, 1) != 0)
        {
            throw new InvalidOperationException("Another receive is pending.");
        }

        try
        {
            return await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _receiving, 0);
        }
    }

    /// <summary>As <see cref="ReceiveAsync"/>, blocking the calling thread.</summary>
    /// <inheritdoc cref="ReceiveAsync"/>
    public AsgiEvent? Receive(CancellationToken cancellationToken = default) =>
        Blocking.Wait(() => ReceiveAsync(cancellationToken).AsTask());

    /// <summary>The application's events until it has ended; errors as <see cref="ReceiveAsync"/>.</summary>
    /// <param name="cancellationToken">Gives up the wait for the next event only.</param>
    public async IAsyncEnumerable<AsgiEvent> ReceiveAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReceiveAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Says that no further event comes (a half-close). This is no disconnect: the application goes on.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task CompleteSendingAsync()
    {
        await _sendTurn.WaitAsync(_cancelled.Token).ConfigureAwait(false);
        try
        {
            if (!_halfClosed)
            {
                _halfClosed = true;
                await _write.ConfigureAwait(false);
                await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error) when (IsEnd(error))
        {
            ThrowIfCancelled();
        }
        finally
        {
            _sendTurn.Release();
        }
    }

    /// <summary>
    /// Leaves the run: the application gets its disconnect event, which overtakes everything that was sent before. What is
    /// pending here ends with <see cref="OperationCanceledException"/>.
    /// </summary>
    public void Cancel() => _cancelled.Cancel();

    /// <summary>Leaves the run if it still goes on, and waits a short while until its reads and writes have let go.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await LetGoAsync(Task.WhenAll(_write, _read ?? Task.CompletedTask)).ConfigureAwait(false);
    }

    /// <summary>Leaves the run if it still goes on.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _callerLeaves.Unregister();
            _clientCloses.Unregister();
            _cancelled.Cancel();
            _call.Dispose();
            _ = LetGoAsync(Task.WhenAll(_write, _read ?? Task.CompletedTask));
            Settle(new OperationCanceledException("The run was left before its end had been received."));
        }
    }

    /// <summary>Waits the close time for what a disposed run has cancelled, and takes its error whenever it comes.</summary>
    internal Task LetGoAsync(Task pending)
    {
        var observed = pending.ContinueWith(
            static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return observed.IsCompleted ? Task.CompletedTask : WaitAsync(observed);

        async Task WaitAsync(Task task) => await task.WaitAsync(_closeTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Sends the start.</summary>
    /// <exception cref="BridgeException">There is no connection. Any other refusal is for the first receive to tell.</exception>
    internal async Task StartAsync(RunRequest start)
    {
        _started = await WriteAsync(start, CancellationToken.None).ConfigureAwait(false);
        if (!_started)
        {
            _read = _call.ResponseStream.MoveNext(CancellationToken.None);
            await ((Task)_read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_read.Exception?.InnerException is { } failure && Fail(failure) is BridgeException { Stage: BridgeStage.Connect } error)
            {
                throw error;
            }
        }
    }

    /// <summary>Writes one message. The call itself cannot take a token: giving up a wait would end the whole run.</summary>
    private async ValueTask<bool> WriteAsync(RunRequest message, CancellationToken cancellationToken)
    {
        ThrowIfTooLarge(message);
        await _sendTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_halfClosed)
            {
                throw new InvalidOperationException("The sending side has been completed.");
            }

            await _write.WaitAsync(cancellationToken).ConfigureAwait(false);
            _write = _call.RequestStream.WriteAsync(message, CancellationToken.None);
            await _write.WaitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (!_halfClosed && !IsGivenUp(error, cancellationToken) && IsEnd(error))
        {
            ThrowIfCancelled();
            return false;
        }
        finally
        {
            _sendTurn.Release();
        }
    }

    private async ValueTask<AsgiEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_error is { } known)
        {
            ExceptionDispatchInfo.Throw(known);
        }

        _read ??= _call.ResponseStream.MoveNext(CancellationToken.None);
        try
        {
            if (!await _read.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                _completion.TrySetResult(RunErrors.EndingOf(_call.GetTrailers()));
                return null;
            }

            _read = null;
            var response = _call.ResponseStream.Current;
            return response.KindCase == RunResponse.KindOneofCase.Event
                ? EventMapping.FromMessage(response.Event)
                : throw new InvalidMessageException("kind", "the message has no kind.");
        }
        catch (Exception error) when (!IsGivenUp(error, cancellationToken))
        {
            throw Fail(error);
        }
    }

    /// <summary>Settles the run with the error that <paramref name="cause"/> means; the first one stays.</summary>
    private Exception Fail(Exception cause)
    {
        Settle(_cancelled.IsCancellationRequested
            ? new OperationCanceledException("The run was cancelled.", cause, _callerCancelled)
            : RunErrors.Of(cause, _started));
        if (cause is InvalidMessageException)
        {
            Cancel();
        }

        return _error!;
    }

    private void Settle(Exception error)
    {
        if (_completion.TrySetException(Interlocked.CompareExchange(ref _error, error, null) ?? error))
        {
            // Whoever wants to know awaits it; nobody has to.
            _ = _completion.Task.Exception;
        }
    }

    private void ThrowIfCancelled()
    {
        if (_cancelled.IsCancellationRequested)
        {
            throw Fail(new OperationCanceledException());
        }
    }

    /// <summary>gRPC would refuse this write alone and let the call live: it would look as if the run had ended.</summary>
    private void ThrowIfTooLarge(RunRequest message)
    {
        var bytes = message.CalculateSize();
        if (bytes > _maxMessageBytes)
        {
            throw new InvalidMessageException(
                message.KindCase == RunRequest.KindOneofCase.Start ? "start" : "event",
                $"the message has {bytes} bytes; at most {_maxMessageBytes} are sent ({nameof(BridgeClientOptions)}.{nameof(BridgeClientOptions.MaxMessageBytes)}).");
        }
    }

    /// <summary>A limit beyond the end of the calendar is none.</summary>
    private static DateTime? DeadlineOf(TimeSpan? timeLimit)
    {
        var now = DateTime.UtcNow;
        return timeLimit < DateTime.MaxValue - now ? now + timeLimit : null;
    }

    private static bool IsGivenUp(Exception error, CancellationToken wait) => error is OperationCanceledException && wait.IsCancellationRequested;

    private static bool IsEnd(Exception error) => error is RpcException or InvalidOperationException or IOException or OperationCanceledException;
}
