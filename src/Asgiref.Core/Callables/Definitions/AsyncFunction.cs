using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Outgoing;
using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Sync.Blocking;

namespace Asgiref.Core.Callables.Definitions;

/// <summary>An asynchronous function with one result.</summary>
internal sealed class AsyncFunction<TIn, TOut>(
    string name, Func<TIn, CancellationToken, Task<TOut>> function, CallableSettings settings, PayloadFormats formats)
    : CallableFunction<TIn, TOut>(name, settings, formats)
{
    private Func<IncomingCall, ValueTask<CallPayload>>? _run;

    public override CallableKind Kind => CallableKind.Async;

    public override IAwaitedCall<TOut> Start(TIn argument, CancellationToken cancellationToken) =>
        new LocalAsyncCall<TOut>(LocalAsyncCall.Begin(token => InvokeAsync(argument, token), cancellationToken));

    public override TOut Block(TIn argument, CancellationToken cancellationToken) => BlockingCall.Run<TOut>(
        new LocalBlockingTaskCall<TOut>(Name, () => InvokeAsync(argument, AsgiCancellation.Token)), options: null, cancellationToken);

    public override void Begin(IncomingCall call) => call.Queue(_run ??= RunAsync);

    /// <exception cref="InvalidOperationException">The function returned null.</exception>
    private Task<TOut> InvokeAsync(TIn argument, CancellationToken token) =>
        function(argument, token) ?? throw new InvalidOperationException($"'{Name}' returned null instead of a task.");

    private async ValueTask<CallPayload> RunAsync(IncomingCall call) =>
        Encode(await InvokeAsync(Decode(call.Request), call.Token).ConfigureAwait(false));
}
