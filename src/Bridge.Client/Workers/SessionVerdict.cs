using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Client.Workers;

/// <summary>What the end of a session means for its worker.</summary>
/// <param name="Reason">A sentence.</param>
/// <param name="Error">Set if dialling again would not help.</param>
/// <param name="Replaced">Whether another session took the place of this one.</param>
internal sealed record SessionVerdict(string Reason, WorkerError? Error = null, bool Replaced = false)
{
    public static SessionVerdict Of(SessionEnding ending, Status? status)
    {
        if (ending is { ByPeer: true, Code: GoodbyeCode.Replaced })
        {
            return new SessionVerdict(ending.Reason, Replaced: true);
        }

        if (ending.Kind == SessionEndingKind.NoCommonRevision)
        {
            return new SessionVerdict(ending.Reason, WorkerError.NoCommonRevision);
        }

        if (status is not { StatusCode: not (StatusCode.OK or StatusCode.Cancelled) } failed)
        {
            return new SessionVerdict(WithCause(ending.Reason, ending.Exception));
        }

        WorkerError? error = failed.StatusCode switch
        {
            StatusCode.Unauthenticated => WorkerError.Unauthenticated,
            StatusCode.PermissionDenied => WorkerError.PermissionDenied,
            StatusCode.FailedPrecondition => WorkerError.NoCommonRevision,
            _ => null,
        };
        return new SessionVerdict(WithCause($"{failed.Detail} ({failed.StatusCode})", failed.DebugException), error);
    }

    /// <summary>The stream could not be begun.</summary>
    public static SessionVerdict Of(Exception error) => new(WithCause(error.Message, error));

    /// <summary>A transport tells what went wrong in the innermost of its exceptions, such as a refused connection.</summary>
    private static string WithCause(string reason, Exception? error)
    {
        var cause = error?.GetBaseException().Message;
        return cause is null || reason.Contains(cause, StringComparison.Ordinal) ? reason : $"{reason} {cause}";
    }
}
