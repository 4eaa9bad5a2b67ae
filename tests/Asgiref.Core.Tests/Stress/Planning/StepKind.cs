namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>What a body does in one step.</summary>
internal enum StepKind
{
    /// <summary>Sets the Local value of a key.</summary>
    SetLocal,

    /// <summary>Removes it, if it is set.</summary>
    RemoveLocal,

    /// <summary>Sets an AsyncLocal.</summary>
    SetAsyncLocal,

    /// <summary>Sets it to null.</summary>
    ClearAsyncLocal,

    /// <summary>Lets others run; asynchronous bodies only.</summary>
    Yield,

    /// <summary>Goes on on the thread pool; asynchronous bodies only.</summary>
    LeaveLoop,

    /// <summary>Calls AsyncToSync on the loop's own thread, which must be refused; asynchronous bodies only.</summary>
    BlockLoop,

    /// <summary>Ends cancelled if the ambient token has fired.</summary>
    Observe,

    /// <summary>Throws this node's own exception.</summary>
    Throw,

    /// <summary>Fires the token of the node or of an ancestor.</summary>
    Cancel,

    /// <summary>Says so and waits: asynchronous bodies for the ambient token, synchronous ones to be released.</summary>
    ParkUntilCancelled,

    /// <summary>Says so and waits to be released; synchronous bodies only.</summary>
    ParkUntilReleased,

    /// <summary>Calls a node and waits for it.</summary>
    Call,

    /// <summary>Creates a task and never awaits it: it must end, cancelled, with the loop that the body has for itself.</summary>
    LeaveTask,

    /// <summary>Creates a task for each node, sets a Local value, then waits for all.</summary>
    CreateAll,

    /// <summary>Starts a SyncToAsync for each node, then awaits them in their order.</summary>
    StartAll,

    /// <summary>As <see cref="StartAll"/>, but awaits the last one first.</summary>
    StartAllAwaitBackwards,

    /// <summary>Makes a CallContext and calls the nodes in it, one after the other.</summary>
    ShareContext,

    /// <summary>Starts a SyncToAsync, cancels it when a node below it is parked, awaits it and releases what is parked.</summary>
    CancelParked,

    /// <summary>Starts two calls for one thread and cancels the second while the first one is parked.</summary>
    CancelQueued,
}
