namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>How a node of a plan is called, and so what its body is.</summary>
internal enum CallKind
{
    // Where a flow begins.

    /// <summary>Asynchronous, on the thread pool.</summary>
    PoolRoot,

    /// <summary>Asynchronous, on an event loop.</summary>
    LoopRoot,

    /// <summary>Asynchronous, on an event loop whose default executor is the test's own.</summary>
    OwnExecutorLoopRoot,

    /// <summary>Synchronous, on a plain thread.</summary>
    ThreadRoot,

    // From asynchronous code to a synchronous body.

    /// <summary>SyncToAsync, thread-sensitive.</summary>
    SensitiveCall,

    /// <summary>SyncToAsync, not thread-sensitive.</summary>
    PooledCall,

    /// <summary>SyncToAsync on the test's own executor.</summary>
    ExecutorCall,

    // From asynchronous code to an asynchronous body.

    /// <summary>An async AsgiTask method, awaited.</summary>
    AwaitedAsgiTask,

    /// <summary>An async Task method, awaited.</summary>
    AwaitedTask,

    /// <summary>Awaited, out of reach of the cancellations around it.</summary>
    Shielded,

    /// <summary>AsgiTask.Create, awaited.</summary>
    CreatedTask,

    /// <summary>Awaited, in a ThreadSensitiveContext.</summary>
    SensitiveScope,

    // From synchronous code to an asynchronous body.

    /// <summary>AsyncToSync.</summary>
    BlockingCall,

    /// <summary>AsyncToSync with ForceNewLoop.</summary>
    NewLoopCall,

    /// <summary>A loop of one's own on which the thread waits by hand, so that it does not pump.</summary>
    HandMadeLoop,

    // From synchronous code to a synchronous body.

    /// <summary>In an AsyncSingleThreadContext.</summary>
    SingleThreadScope,

    /// <summary>On a thread that is started by hand and joined.</summary>
    PlainThread,

    /// <summary>In a CallContext; the step makes it.</summary>
    ContextRun,
}
