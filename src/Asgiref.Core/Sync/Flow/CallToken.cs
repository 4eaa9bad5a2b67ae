namespace Asgiref.Core.Sync.Flow;

/// <summary>The token that a call listens to and that is ambient inside it: its own and its caller's in one (CANC-16).</summary>
internal readonly struct CallToken : IDisposable
{
    private readonly CancellationTokenSource? _linked;

    private CallToken(bool isAmbient, CancellationToken token)
    {
        Token = token;
        IsAmbient = isAmbient;
    }

    private CallToken(CancellationTokenSource linked)
    {
        Token = linked.Token;
        _linked = linked;
    }

    public CancellationToken Token { get; }

    /// <summary>Whether the token is the one that was ambient already.</summary>
    public bool IsAmbient { get; }

    /// <summary>Joins the given token and the ambient one. Only two different tokens that can fire cost a source.</summary>
    public static CallToken Join(CancellationToken given)
    {
        var ambient = AsgiCancellation.Token;
        if (!given.CanBeCanceled || given == ambient)
        {
            return new CallToken(isAmbient: true, ambient);
        }

        if (!ambient.CanBeCanceled)
        {
            return new CallToken(isAmbient: false, given);
        }

        return new CallToken(CancellationTokenSource.CreateLinkedTokenSource(given, ambient));
    }

    /// <summary>Lets the two tokens go; the joined one stays as it is.</summary>
    public void Dispose() => _linked?.Dispose();
}
