namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>
/// The names under which the calls of <see cref="SyncToAsync"/> and <see cref="AsyncToSync"/> can be watched:
/// with an <c>ActivityListener</c>, a <c>MeterListener</c>, or OpenTelemetry by
/// <c>AddSource(SyncDiagnostics.ActivitySourceName)</c> and <c>AddMeter(SyncDiagnostics.MeterName)</c>.
/// </summary>
/// <remarks>
/// <para>While nobody listens a call allocates nothing for this and reads no clock. A listener is called on whatever thread
/// the call is on at that moment; if it throws, the call goes on and <see cref="HandlerFailed"/> tells.</para>
/// <para>Which functions keep a thread from others is told by <see cref="BusyThreadWatch"/>. To do something before and after
/// a function on its thread, such as giving back a database connection, see
/// <see cref="SyncToAsyncOptions.BeforeCall"/>.</para>
/// </remarks>
public static class SyncDiagnostics
{
    /// <summary>
    /// The source of the activities. The parent of each is the caller's activity; inside the called function the call's
    /// activity is the current one, and the caller's is again when the call has ended. An activity begins when the call is
    /// made and ends when the function has ended, so it includes the wait for the thread; the event
    /// <see cref="StartedEvent"/> in it tells when the function began. Tags: <see cref="FunctionTag"/>,
    /// <see cref="ExecutorTag"/>, and <c>error.type</c> if the function threw or never ran, with the status Error.
    /// </summary>
    public const string ActivitySourceName = "Asgiref.Core";

    /// <summary>The name of an activity around a call of <see cref="SyncToAsync"/>.</summary>
    public const string SyncToAsyncActivity = "asgiref.sync_to_async";

    /// <summary>The name of an activity around a call of <see cref="AsyncToSync"/>.</summary>
    public const string AsyncToSyncActivity = "asgiref.async_to_sync";

    /// <summary>The event of an activity that tells that the function began to run.</summary>
    public const string StartedEvent = "asgiref.call.started";

    /// <summary>The meter of the instruments below.</summary>
    public const string MeterName = "Asgiref.Core";

    /// <summary>
    /// Calls that wait for their thread: an up-down counter in {call}, by <see cref="ExecutorTag"/>. Counts calls that were
    /// made while somebody listened.
    /// </summary>
    public const string QueuedCalls = "asgiref.calls.queued";

    /// <summary>
    /// Calls whose function runs: an up-down counter in {call}, by <see cref="ExecutorTag"/>. Counts calls that were made
    /// while somebody listened.
    /// </summary>
    public const string RunningCalls = "asgiref.calls.running";

    /// <summary>
    /// How long calls waited until their function began: a histogram in seconds, by <see cref="ExecutorTag"/>. Calls that
    /// never ran are not in it.
    /// </summary>
    public const string QueueDuration = "asgiref.calls.queue.duration";

    /// <summary>
    /// How long functions ran: a histogram in seconds, by <see cref="ExecutorTag"/> and <see cref="OutcomeTag"/>. A function
    /// whose caller was cancelled is measured until its own end.
    /// </summary>
    public const string RunDuration = "asgiref.calls.run.duration";

    /// <summary>
    /// Calls of <see cref="SyncToAsync"/> whose caller was let go by a cancellation, whether the function ran or never
    /// will: an observable counter in {call}.
    /// </summary>
    public const string CancelledCalls = "asgiref.calls.cancelled";

    /// <summary>Calls refused because their thread waits for them (DEAD-01): an observable counter in {call}.</summary>
    public const string Deadlocks = "asgiref.calls.deadlocks";

    /// <summary>Threads that the library has, idle ones included: an observable up-down counter in {thread}, by <see cref="ThreadsTag"/>.</summary>
    public const string Threads = "asgiref.threads";

    /// <summary>What was refused by a limit: an observable counter in {refusal}, by <see cref="LimitTag"/>.</summary>
    public const string Refusals = "asgiref.limits.refusals";

    /// <summary>
    /// Reports of all <see cref="BusyThreadWatch"/>es: an observable counter in {report}. Without a watch there are none.
    /// </summary>
    public const string BusyReports = "asgiref.threads.busy";

    /// <summary>
    /// Where a function runs. <c>caller_thread</c>: the thread that is blocked in AsyncToSync. <c>context_thread</c>: that of
    /// a <see cref="ThreadSensitiveContext"/>. <c>process_thread</c>: the one of the process for thread-sensitive calls.
    /// <c>thread_pool</c>. <c>custom</c>: an executor of the user's. <c>loop_thread</c>: an event loop, for AsyncToSync.
    /// <c>none</c>: the call was refused or cancelled before one was chosen.
    /// </summary>
    public const string ExecutorTag = "asgiref.executor";

    /// <summary>The type and name of the function.</summary>
    public const string FunctionTag = "code.function.name";

    /// <summary>How a function ended: <c>returned</c>, <c>raised</c>, or <c>cancelled</c> with an OperationCanceledException.</summary>
    public const string OutcomeTag = "asgiref.outcome";

    /// <summary>
    /// The name of the threads: <c>asgiref worker</c> (event loops and thread-sensitive contexts) or
    /// <c>asgiref thread-sensitive</c> (the one of the process).
    /// </summary>
    public const string ThreadsTag = "thread.name";

    /// <summary>
    /// The limit: <c>max_threads</c> (<see cref="SyncLimits.MaxThreads"/>, and what the system refuses) or
    /// <c>max_queued_calls</c> (<see cref="SyncLimits.MaxQueuedCalls"/>).
    /// </summary>
    public const string LimitTag = "asgiref.limit";

    /// <summary>
    /// Raised when a listener, a handler of one of this library's diagnostic events, or a
    /// <see cref="SyncToAsyncOptions.AfterCall"/> whose exception has no other place to go has thrown; on the thread
    /// that it threw on. What a handler of this event throws is dropped. Add and remove handlers at any time.
    /// </summary>
    public static event EventHandler<UnhandledExceptionEventArgs>? HandlerFailed;

    /// <summary>Tells of an exception that must not reach the call it comes from.</summary>
    internal static void Report(Exception error)
    {
        try
        {
            HandlerFailed?.Invoke(null, new UnhandledExceptionEventArgs(error, isTerminating: false));
        }
        catch (Exception)
        {
            // There is nobody left to tell.
        }
    }

    /// <summary>Calls something whose exceptions must not reach the call that it looks at.</summary>
    internal static void Guard<T>(Action<T> action, T argument)
    {
        try
        {
            action(argument);
        }
        catch (Exception error)
        {
            Report(error);
        }
    }

    /// <summary>Raises a diagnostic event: each handler is called, also after one that throws.</summary>
    internal static void Raise<T>(EventHandler<T>? handlers, object sender, T arguments)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            Guard(static call => call.handler(call.sender, call.arguments), (handler, sender, arguments));
        }
    }
}
