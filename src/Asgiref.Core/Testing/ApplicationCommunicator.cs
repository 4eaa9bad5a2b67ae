using System.Threading.Channels;
using Asgiref.Core.Compatibility;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Testing;

/// <summary>
/// Runs one application for one scope without a server, so that a test can play the other side: asgiref's
/// <c>ApplicationCommunicator</c>.
/// </summary>
/// <remarks>
/// Nothing runs until the first call (TEST-01). The application then runs on the thread pool in an empty context: no
/// <see cref="AsyncLocal{T}"/> or Local value of the test leaks in (TEST-03). Cancelling fires
/// <see cref="AsgiCancellation.Token"/> and ends pending calls of <c>receive</c> and <c>send</c>. Events are copied as
/// they are sent. For one test at a time: not safe for concurrent use.
/// </remarks>
public sealed class ApplicationCommunicator : IAsyncDisposable
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(1);

    private readonly ApplicationCommunicatorOptions _options;
    private readonly ApplicationRun _run;

    /// <summary>Prepares an application; it is not started yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The queues' capacity is not positive.</exception>
    public ApplicationCommunicator(AsgiApplication application, AsgiScope scope, ApplicationCommunicatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(application);
        ArgumentNullException.ThrowIfNull(scope);
        _options = options ?? new ApplicationCommunicatorOptions();
        Application = application;
        Scope = scope;
        InputQueue = Channel.CreateBounded<AsgiEvent>(_options.QueueCapacity);
        OutputQueue = Channel.CreateBounded<AsgiEvent>(_options.QueueCapacity);
        _run = new ApplicationRun(application, scope, InputQueue.Reader, OutputQueue.Writer, _options);
    }

    /// <summary>Prepares a legacy application; it is not started yet (TEST-02).</summary>
    public ApplicationCommunicator(LegacyAsgiApplication application, AsgiScope scope, ApplicationCommunicatorOptions? options = null)
        : this(AsgiApplications.FromLegacy(application), scope, options)
    {
    }

    /// <summary>The application, in its one-call shape.</summary>
    public AsgiApplication Application { get; }

    /// <summary>The scope that it is called with.</summary>
    public AsgiScope Scope { get; }

    /// <summary>What was given and not yet received by the application.</summary>
    public Channel<AsgiEvent> InputQueue { get; }

    /// <summary>What the application sent and the test has not yet taken.</summary>
    public Channel<AsgiEvent> OutputQueue { get; }

    /// <summary>Ends as the application ends; null before it is started.</summary>
    public Task? Completion => _run.Completion;

    /// <summary>Queues one event for the application's <c>receive</c> (TEST-04).</summary>
    /// <exception cref="InvalidOperationException">The queue is full: the application has not received what was queued before.</exception>
    /// <remarks>Raises the exception of an application that has failed (TEST-05); one that has ended well takes no notice.</remarks>
    public async Task SendInputAsync(AsgiEvent message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _run.Start();
        await _run.ThrowIfFailedAsync().ConfigureAwait(false);
        if (!InputQueue.Writer.TryWrite(message))
        {
            throw new InvalidOperationException(
                $"{message.Type}: {_options.QueueCapacity} events are queued already and the application receives none of them.");
        }
    }

    /// <summary>Gives the next event that the application sent.</summary>
    /// <param name="timeout">How long to wait for it; 1 second by default (TEST-06).</param>
    /// <exception cref="TimeoutException">
    /// None came in time, and the application was cancelled (TEST-09): later calls raise a cancellation (TEST-11). Or the
    /// application ended, without an error, and left none; this is raised at once.
    /// </exception>
    /// <remarks>Raises the exception of an application that has failed, also one of its clean-up on the cancellation (TEST-10).</remarks>
    public async Task<AsgiEvent> ReceiveOutputAsync(TimeSpan? timeout = null)
    {
        _run.Start();
        if (!_options.DrainsBeforeFailure)
        {
            await _run.ThrowIfFailedAsync().ConfigureAwait(false);
        }

        var limit = timeout ?? DefaultTimeout;
        var isOpen = await WaitForOutputAsync(limit).ConfigureAwait(false);
        if (OutputQueue.Reader.TryRead(out var message))
        {
            return message;
        }

        if (isOpen)
        {
            await _run.CancelAsync().ConfigureAwait(false);
            throw new TimeoutException($"The application sent no event within {limit}.");
        }

        await Completion!.ConfigureAwait(false);
        throw new TimeoutException("The application has ended and left no event.");
    }

    /// <summary>Whether the application sends nothing for a while (TEST-12). Takes no event from the queue.</summary>
    /// <param name="timeout">For how long; 100 ms by default. The answer is false as soon as an event comes.</param>
    /// <param name="interval">The least time waited, also if the timeout is shorter; 10 ms by default (TEST-13).</param>
    /// <returns>True if no event came and none is queued.</returns>
    /// <remarks>Raises the exception of an application that has failed (TEST-14). One that has ended sends nothing any more.</remarks>
    public async Task<bool> ReceiveNothingAsync(TimeSpan? timeout = null, TimeSpan? interval = null)
    {
        _run.Start();
        await _run.ThrowIfFailedAsync().ConfigureAwait(false);
        var limit = timeout ?? TimeSpan.FromMilliseconds(100);
        var least = interval ?? TimeSpan.FromMilliseconds(10);
        var isOpen = await WaitForOutputAsync(limit > least ? limit : least).ConfigureAwait(false);
        if (!isOpen)
        {
            await Completion!.ConfigureAwait(false);
        }

        return OutputQueue.Reader.Count == 0;
    }

    /// <summary>Waits for the end of the application.</summary>
    /// <param name="timeout">For how long; 1 second by default (TEST-15).</param>
    /// <exception cref="TimeoutException">
    /// It did not end in time and was cancelled; not raised with <see cref="ApplicationCommunicatorOptions.EndsWaitQuietly"/>.
    /// </exception>
    /// <remarks>Raises the application's exception, but not its cancellation (TEST-16).</remarks>
    public async Task WaitAsync(TimeSpan? timeout = null)
    {
        var limit = timeout ?? DefaultTimeout;
        if (await _run.EndsWithinAsync(limit).ConfigureAwait(false))
        {
            await _run.ThrowUnlessCancelledAsync().ConfigureAwait(false);
            return;
        }

        await _run.CancelAsync().ConfigureAwait(false);
        if (!_options.EndsWaitQuietly)
        {
            throw new TimeoutException($"The application did not end within {limit}; it was cancelled.");
        }
    }

    /// <summary>Ends the application: one that was never started stays so, a running one is cancelled and waited for (TEST-18).</summary>
    /// <param name="exceptions">Whether to raise the application's exception; its cancellation is none.</param>
    /// <exception cref="TimeoutException">It did not end within the cancel time-out.</exception>
    public async Task StopAsync(bool exceptions = true)
    {
        if (Completion is null)
        {
            return;
        }

        try
        {
            await _run.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception) when (!exceptions)
        {
            // The caller asked not to hear of it.
        }
    }

    /// <summary>
    /// Ends the application, waits for its end up to the cancel time-out, and raises nothing (TEST-19).
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(exceptions: false).ConfigureAwait(false);
        _run.Dispose();
    }

    /// <summary>Waits until there is an event, the application has ended, or the time is up.</summary>
    /// <returns>False if the application has ended and left no event.</returns>
    private async Task<bool> WaitForOutputAsync(TimeSpan limit)
    {
        if (OutputQueue.Reader.Count > 0)
        {
            return true;
        }

        using var time = new CancellationTokenSource(limit, _options.Clock);
        try
        {
            return await OutputQueue.Reader.WaitToReadAsync(time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested)
        {
            return true;
        }
    }
}
