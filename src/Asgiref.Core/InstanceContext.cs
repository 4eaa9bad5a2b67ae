using Asgiref.Core.Local;

namespace Asgiref.Core;

/// <summary>
/// The context in which an application runs for one scope. Every host begins one for each instance, so that instances
/// do not meet in it. Safe for concurrent use: each flow has its own.
/// </summary>
public static class InstanceContext
{
    /// <summary>
    /// Begins an instance in the running asynchronous flow: <see cref="Local.Local"/>, <see cref="Local{T}"/> and
    /// <see cref="ContextBag"/> hold nothing, neither the host's values nor another instance's, and what the application
    /// sets there does not come back. A host calls it inside the asynchronous method that calls the application, so that
    /// its own flow is not touched. Any thread.
    /// </summary>
    /// <param name="cancellation">Becomes <see cref="AsgiCancellation.Token"/>.</param>
    /// <remarks>A bare <see cref="AsyncLocal{T}"/> of the host goes on to flow into the application, as it does into every call.</remarks>
    public static void Begin(CancellationToken cancellation)
    {
        LocalFlow.Clear();
        AsgiCancellation.Enter(cancellation);
    }
}
