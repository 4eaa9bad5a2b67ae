using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables;

/// <summary>A way to functions in other processes, such as a session with a bridge; made by the library that has the connection.</summary>
public sealed class CallRoute
{
    internal CallRoute(ICallTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        Transport = transport;
    }

    internal ICallTransport Transport { get; }
}
