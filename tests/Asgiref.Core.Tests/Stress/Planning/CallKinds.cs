namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>What kinds of calls have in common.</summary>
internal static class CallKinds
{
    /// <summary>Whether the body is synchronous.</summary>
    public static bool IsSync(this CallKind kind) =>
        kind is CallKind.ThreadRoot or CallKind.SingleThreadScope or CallKind.PlainThread or CallKind.ContextRun || kind.IsSyncToAsync();

    public static bool IsSyncToAsync(this CallKind kind) =>
        kind is CallKind.SensitiveCall or CallKind.PooledCall or CallKind.ExecutorCall;

    public static bool IsAsyncToSync(this CallKind kind) => kind is CallKind.BlockingCall or CallKind.NewLoopCall;
}
