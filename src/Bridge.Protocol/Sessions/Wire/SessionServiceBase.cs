using Grpc.Core;

namespace Bridge.Protocol.Sessions.Wire;

/// <summary>The base of a service that serves <c>SessionService</c> with the engine's own method.</summary>
[BindServiceMethod(typeof(SessionServiceBase), nameof(Bind))]
internal abstract class SessionServiceBase
{
    /// <summary>Binds the method; <c>Grpc.AspNetCore</c> finds it by the attribute and the parameters, and gives no service.</summary>
    public static void Bind(ServiceBinderBase binder, SessionServiceBase? service) =>
        binder.AddMethod(SessionMethods.Server, service is null ? null : service.Open);

    /// <summary>One session.</summary>
    public abstract Task Open(IAsyncStreamReader<BatchMessage> requests, IServerStreamWriter<WrittenBatch> responses, ServerCallContext context);
}
