using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Server.Callables;

/// <summary>The status of a <c>CallableService.Call</c> (docs/protocol.md).</summary>
internal static class CallStatus
{
    /// <returns>Null where the response has the result, or what the function raised.</returns>
    public static Status? Of(in CallAnswer answer)
    {
        if (answer.Refused is { } refused)
        {
            return new Status(CodeOf(refused), answer.Reason);
        }

        if (answer.Broken is { } broken)
        {
            return new Status(
                broken switch
                {
                    ResetCode.TimedOut => StatusCode.DeadlineExceeded,
                    ResetCode.Unsupported => StatusCode.Unimplemented,
                    ResetCode.TooLarge => StatusCode.ResourceExhausted,
                    _ => StatusCode.Unavailable,
                },
                answer.Reason);
        }

        return answer.Event!.Error switch
        {
            { Kind: CallErrorKind.TimedOut } timedOut => new Status(StatusCode.DeadlineExceeded, timedOut.Message),
            { Kind: CallErrorKind.Lost } lost => new Status(StatusCode.Unavailable, lost.Message),
            _ => null,
        };
    }

    private static StatusCode CodeOf(RefusedCode code) => code switch
    {
        RefusedCode.NotFound => StatusCode.NotFound,
        RefusedCode.Draining => StatusCode.Unavailable,
        RefusedCode.InvalidHead => StatusCode.InvalidArgument,
        RefusedCode.Unsupported => StatusCode.Unimplemented,
        RefusedCode.TimedOut => StatusCode.DeadlineExceeded,
        _ => StatusCode.ResourceExhausted,
    };
}
