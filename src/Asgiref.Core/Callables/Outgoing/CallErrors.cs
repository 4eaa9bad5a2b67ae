using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Sync;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>What the caller of a failed call gets.</summary>
internal static class CallErrors
{
    public static Exception Of(string callable, CallFailure failure, CancellationToken token) => failure.Kind switch
    {
        CallFailureKind.Cancelled => new OperationCanceledException(
            failure.Message.Length == 0 ? null : failure.Message, token.IsCancellationRequested ? token : CancellationToken.None),
        CallFailureKind.TimedOut => new CallTimeoutException(callable, failure.Message),
        CallFailureKind.Deadlock => new SyncDeadlockException(failure.Message),
        CallFailureKind.BadArgument => new CallArgumentException(callable, failure.Message),
        CallFailureKind.NotFound => new CallRefusedException(callable, CallRefusal.NotFound, failure.Message),
        CallFailureKind.Overloaded => new CallRefusedException(callable, CallRefusal.Overloaded, failure.Message),
        CallFailureKind.Draining => new CallRefusedException(callable, CallRefusal.Draining, failure.Message),
        CallFailureKind.TooDeep => new CallRefusedException(callable, CallRefusal.TooDeep, failure.Message),
        CallFailureKind.Refused => new CallRefusedException(callable, CallRefusal.Other, failure.Message),
        CallFailureKind.Lost => new CallLostException(callable, failure.Message),
        _ => new RemoteCallException(callable, failure),
    };
}
