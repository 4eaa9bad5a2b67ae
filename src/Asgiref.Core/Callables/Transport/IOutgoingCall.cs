namespace Asgiref.Core.Callables.Transport;

/// <summary>A call on its way out, in the hands of the transport that carries it. Safe for concurrent use.</summary>
internal interface IOutgoingCall
{
    /// <summary>What is called, with what.</summary>
    CallRequest Request { get; }

    /// <summary>Whether a stream was called: then items may come before the end; otherwise an item is the callee's failure.</summary>
    bool TakesItems { get; }

    /// <summary>Whether the caller has ceased to wait: then the end of the call is told already, and nobody hears another.</summary>
    bool HasCallerLeft { get; }

    /// <summary>Whether it has ceased because the time of the call has passed.</summary>
    bool HasTimePassed { get; }

    /// <summary>Tells the watch when the caller ceases to wait, at once if it has; null: nobody any more.</summary>
    void WatchCaller(ICallerWatch? watch);

    /// <summary>
    /// Takes an item of a stream, one at a time, in order; the next comes when it has ended. What it throws cancels the call,
    /// and goes to <see cref="Fail"/>.
    /// </summary>
    ValueTask TakeItemAsync(CallPayload item);

    /// <summary>How it ended. Short, and runs no code of the application: so it may come from the thread that reads a connection.</summary>
    void End(CallOutcome outcome);

    /// <summary>It ended with an exception of the caller's own side.</summary>
    void Fail(Exception error);
}
