using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Outgoing;
using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Sync.Blocking;

namespace Asgiref.Core.Callables.Definitions;

/// <summary>A synchronous function: it runs where its settings and the flow of its caller say.</summary>
internal sealed class SyncFunction<TIn, TOut>(string name, Func<TIn, TOut> function, CallableSettings settings, PayloadFormats formats)
    : CallableFunction<TIn, TOut>(name, settings, formats)
{
    public override CallableKind Kind => CallableKind.Sync;

    public TOut Invoke(TIn argument) => function(argument);

    public override IAwaitedCall<TOut> Start(TIn argument, CancellationToken cancellationToken)
    {
        var work = new LocalSyncCall<TIn, TOut>(this, argument);
        work.Submit(Settings.Run, cancellationToken);
        return work;
    }

    public override TOut Block(TIn argument, CancellationToken cancellationToken) => BlockingCall.Run<TOut>(
        new LocalBlockingCall<TOut>(Name, async () => await new PendingCall<TOut>(Start(argument, CancellationToken.None))),
        options: null,
        cancellationToken);

    public override void Begin(IncomingCall call) => new IncomingSyncCall<TIn, TOut>(this, call).Submit();
}
