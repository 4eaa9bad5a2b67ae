namespace Asgiref.Core.Server;

/// <summary>The token of one call joined with its instance's; costs nothing when the call has none of its own.</summary>
internal readonly struct JoinedToken : IDisposable
{
    private readonly CancellationTokenSource? _link;

    public JoinedToken(CancellationToken ofCall, CancellationToken ofInstance)
    {
        _link = ofCall.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(ofCall, ofInstance) : null;
        Token = _link?.Token ?? ofInstance;
    }

    public CancellationToken Token { get; }

    public void Dispose() => _link?.Dispose();
}
