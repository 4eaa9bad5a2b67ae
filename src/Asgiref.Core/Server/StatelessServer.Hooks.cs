using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Server;

/// <content>What a subclass supplies and what it may change.</content>
public abstract partial class StatelessServer<TScopeId>
{
    /// <summary>
    /// Where events come from (SRV-02): typically a loop that reads from a connection and calls <see cref="PostAsync"/>.
    /// When it returns, the server ends. Called once a run, on the thread that starts the run, and on a pool thread by
    /// <see cref="Run"/>; its exception is the run's.
    /// </summary>
    /// <param name="stopping">Fires when the server stops and its instances have ended.</param>
    /// <returns>
    /// Ends with the source of events, or within <see cref="StatelessServerOptions.StopTimeout"/> of the token; a cancellation is then no error.
    /// </returns>
    protected abstract Task HandleAsync(CancellationToken stopping);

    /// <summary>Takes an event that an application has sent (SRV-02, SRV-06); makes the application wait until it has been taken.</summary>
    /// <param name="scope">The scope of the instance, as it was opened.</param>
    /// <param name="message">The event.</param>
    /// <param name="cancellationToken">The application gives up, or its instance is cancelled.</param>
    /// <remarks>Called for one event of an instance at a time, for different instances at the same time, on any thread. What it throws comes out of the application's <c>send</c>.</remarks>
    protected abstract ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the last event of an instance. The default is a custom event named after the scope, such as
    /// <c>irc.disconnect</c>, whose <c>reason</c> is the lower-case name of the reason.
    /// </summary>
    protected virtual AsgiEvent CreateDisconnectEvent(AsgiScope scope, DisconnectReason reason) =>
        new CustomEvent($"{scope.Type}.disconnect", [new("reason", NameOf(reason))]);

    /// <summary>
    /// Told at once when an application has ended with an exception (SRV-13). The default writes it to
    /// <see cref="StatelessServerOptions.Errors"/>. Called on the application's thread, once its scope is free for a fresh instance.
    /// </summary>
    protected virtual void OnApplicationException(Exception exception, ApplicationDetails<TScopeId> details) =>
        WriteError($"Exception inside application: {exception.Message}\nscope {details.ScopeId}: {exception}");

    /// <summary>
    /// Told when an instance has ended in any way, after its exception. The default does nothing. Called on the application's
    /// thread; what a hook throws is written to <see cref="StatelessServerOptions.Errors"/>.
    /// </summary>
    protected virtual void OnApplicationEnded(ApplicationDetails<TScopeId> details)
    {
    }

    /// <summary>
    /// Told when an application has ignored its cancellation and is no longer waited for. The default writes it to
    /// <see cref="StatelessServerOptions.Errors"/>.
    /// </summary>
    protected virtual void OnApplicationAbandoned(ApplicationDetails<TScopeId> details) =>
        WriteError($"The application of scope {details.ScopeId} ignores its cancellation ({details.Reason}, {details.Age.TotalSeconds:F1} s old).");

    /// <summary>
    /// Told of each event that no application will take: dropped from a full queue as its mode says, or unread when the
    /// application ended (SRV-14). The default does nothing; <see cref="StatelessServerStatistics.DroppedEvents"/> counts
    /// them. Called on any thread, also on the one that writes to the queue.
    /// </summary>
    protected virtual void OnEventDropped(AsgiScope scope, AsgiEvent message)
    {
    }

    /// <summary>Told when <see cref="Run"/> is ended by a signal. The default writes a line to <see cref="StatelessServerOptions.Errors"/>.</summary>
    protected virtual void OnInterrupted() => WriteError("Exiting due to Ctrl-C/interrupt");

    /// <summary>Calls the application for an instance; for hosts that run it in their own way.</summary>
    internal virtual Task CallApplicationAsync(ApplicationInstance<TScopeId> instance, AsgiReceive receive, AsgiSend send) =>
        Application(instance.Scope, receive, send);

    internal void ReportDropped(AsgiScope scope, AsgiEvent message)
    {
        Counters.DroppedEvent();
        Guard(() => OnEventDropped(scope, message));
    }

    internal ValueTask SendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken) =>
        ApplicationSendAsync(scope, message, cancellationToken);

    internal AsgiEvent DisconnectEventFor(AsgiScope scope, DisconnectReason reason) => CreateDisconnectEvent(scope, reason);

    internal void ReportEnded(ApplicationDetails<TScopeId> details, Exception? error)
    {
        Counters.Ended(failed: error is not null);
        if (error is not null)
        {
            Guard(() => OnApplicationException(error, details));
        }

        Guard(() => OnApplicationEnded(details));
    }

    internal void ReportAbandoned(ApplicationDetails<TScopeId> details)
    {
        Counters.Abandoned();
        Guard(() => OnApplicationAbandoned(details));
    }

    private static string NameOf(DisconnectReason reason) => reason switch
    {
        DisconnectReason.Evicted => "evicted",
        DisconnectReason.Idle => "idle",
        DisconnectReason.Closed => "closed",
        _ => "stopping",
    };

    /// <summary>A hook that throws must not harm other instances.</summary>
    private void Guard(Action hook)
    {
        try
        {
            hook();
        }
        catch (Exception raised)
        {
            WriteError($"Exception inside a hook of {GetType().Name}: {raised}");
        }
    }

    private void WriteError(string text)
    {
        try
        {
            (Options.Errors ?? Console.Error).WriteLine(text);
        }
        catch (Exception)
        {
            // Nobody is left to be told, and the instance whose end this is must not keep its place.
        }
    }
}
