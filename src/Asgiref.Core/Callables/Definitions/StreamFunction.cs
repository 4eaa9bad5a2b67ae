using System.Runtime.CompilerServices;
using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Callables.Definitions;

/// <summary>A function with many results.</summary>
internal sealed class StreamFunction<TIn, TItem>(
    string name, Func<TIn, CancellationToken, IAsyncEnumerable<TItem>> function, CallableSettings settings, PayloadFormats formats)
    : Callable<TIn, TItem>(name, settings, formats)
{
    public override CallableKind Kind => CallableKind.Stream;

    /// <summary>Calls it for code of this process; the items come as they are.</summary>
    public async IAsyncEnumerable<TItem> InvokeAsync(TIn argument, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var token = CallToken.Join(cancellationToken);
        await foreach (var item in Invoke(argument, token.Token).ConfigureAwait(false))
        {
            yield return item;
        }
    }

    public override void Begin(IncomingCall call) => call.Queue(RunAsync);

    private IAsyncEnumerable<TItem> Invoke(TIn argument, CancellationToken token) =>
        function(argument, token) ?? throw new InvalidOperationException($"'{Name}' returned null instead of a stream.");

    private async ValueTask<CallPayload> RunAsync(IncomingCall call)
    {
        await foreach (var item in Invoke(Decode(call.Request), call.Token).WithCancellation(call.Token).ConfigureAwait(false))
        {
            await call.SendItemAsync(Encode(item)).ConfigureAwait(false);
        }

        return CallPayload.None;
    }
}
