using Asgiref.Core.Callables;
using Asgiref.Core.Callables.Incoming;
using Bridge.Protocol.Calls;
using Google.Protobuf;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Callables.Hosting;

/// <summary>A callable of a registry that the bridge hosts.</summary>
internal sealed class HostedCallable(CallableHost host, CallableDescription description) : IHostedCallable
{
    public V1.Callable Description { get; } = CallableMapping.ToMessage(description);

    public ValueTask<CallEnding> RunAsync(RoutedCall call)
    {
        HostedCall hosted;
        try
        {
            hosted = new HostedCall(call);
        }
        catch (Exception error) when (error is Protocol.InvalidMessageException or InvalidProtocolBufferException)
        {
            return new ValueTask<CallEnding>(CallEnding.Refused(
                V1.RefusedCode.InvalidHead, $"The head of the call of {call.Callable} cannot be read: {error.Message}"));
        }

        // A call that comes from another one may have looked for its ancestors, and waited.
        host.Run(hosted, mayRunHere: call.Origin.HasOwnWorkItem && call.Path.Count == 1);
        return hosted.EndedAsync();
    }
}
