using Asgiref.Core.Callables.Transport;

namespace Bridge.Protocol.Calls;

/// <summary>A call as it goes out, written once, however often it is tried. Not safe for concurrent use.</summary>
internal sealed class PreparedCall(CallRequest request)
{
    private V1.CallTarget? _target;
    private byte[]? _head;

    public CallRequest Request => request;

    /// <summary>What is read to route it.</summary>
    /// <exception cref="InvalidMessageException">The name cannot cross.</exception>
    public V1.CallTarget Target => _target ??= CallMapping.ToTarget(request);

    /// <summary>The rest.</summary>
    /// <exception cref="InvalidMessageException">A value of the context cannot cross.</exception>
    public byte[] Head => _head ??= CallMapping.ToHead(request);
}
