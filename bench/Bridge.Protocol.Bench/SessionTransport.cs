using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Calls;
using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Bench;

/// <summary>Takes calls over one session.</summary>
internal sealed class SessionTransport(Session session) : ICallTransport, ICallDetour
{
    private readonly SessionCalls _calls = new(session, TimeProvider.System);

    public Guid Peer { get; } = Guid.NewGuid();

    public void Send(IOutgoingCall call) => _calls.Send(call, detour: this);

    public void EndThreadContext(Guid context) => _calls.EndThreadContext(context);

    public void NotTaken(SessionCalls session, IOutgoingCall call, CallOutcome outcome) => call.End(outcome);
}
