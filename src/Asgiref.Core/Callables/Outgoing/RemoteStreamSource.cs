using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>A stream in another process; each enumeration is a call of its own.</summary>
internal sealed class RemoteStreamSource<TIn, TItem>(
    CallableRegistry registry, RemoteFunction<TIn, TItem> function, ICallTransport transport, TIn argument, CancellationToken cancellationToken)
    : IAsyncEnumerable<TItem>
{
    public IAsyncEnumerator<TItem> GetAsyncEnumerator(CancellationToken token = default)
    {
        // Both are given only if somebody insists: the usual place is one of them.
        if (cancellationToken.CanBeCanceled && token.CanBeCanceled && token != cancellationToken)
        {
            return EnumerateAsync(token);
        }

        return new RemoteStream<TIn, TItem>(registry, function, transport, argument, token.CanBeCanceled ? token : cancellationToken);
    }

    private async IAsyncEnumerator<TItem> EnumerateAsync(CancellationToken token)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, token);
        var stream = new RemoteStream<TIn, TItem>(registry, function, transport, argument, both.Token);
        await using (stream.ConfigureAwait(false))
        {
            while (await stream.MoveNextAsync().ConfigureAwait(false))
            {
                yield return stream.Current;
            }
        }
    }
}
