namespace Asgiref.Core;

/// <summary>
/// The ambient cancellation of the running instance. It takes the place of asyncio's task cancellation (CANC-16):
/// code that waits for something other than <c>receive</c> or <c>send</c> passes this token on.
/// </summary>
/// <remarks>The value flows with the execution context into everything that the application awaits or starts.</remarks>
public static class AsgiCancellation
{
    private static readonly AsyncLocal<CancellationToken> Ambient = new();

    /// <summary>
    /// Fires when the host stops waiting for the instance to end by itself: the grace period after a disconnect or
    /// the drain limit is over. <see cref="CancellationToken.None"/> outside an instance.
    /// </summary>
    public static CancellationToken Token => Ambient.Value;

    /// <summary>Sets the token for the current asynchronous flow; called by whoever starts an instance.</summary>
    public static void Enter(CancellationToken token) => Ambient.Value = token;
}
