using Asgiref.Core.Hosting;
using Asgiref.Core.Server;
using Bridge.Server.Grpc;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>Turns the end of an instance into its report.</summary>
internal static class FeedEndings
{
    /// <param name="ending">How it ended.</param>
    /// <param name="told">Why it was told to end; null if it was not.</param>
    /// <param name="detailedErrors">Whether the report tells what the application raised.</param>
    public static V1.FeedEnded Of(in InstanceEnding ending, DisconnectReason? told, bool detailedErrors) => ending.Kind switch
    {
        EndingKind.Failed => Make(
            V1.FeedEnding.Failed,
            detailedErrors ? ending.Error?.ToString() ?? ending.Reason : "The application raised an exception."),
        EndingKind.Refused => Make(V1.FeedEnding.Refused, ending.Reason),
        EndingKind.Lost when ending.Cause != EndingCause.Draining => Make(V1.FeedEnding.Lost, ending.Reason),
        EndingKind.Lost => Make(V1.FeedEnding.Stopping, ending.Reason),
        _ => Make(Of(told), null),
    };

    private static V1.FeedEnding Of(DisconnectReason? told) => told switch
    {
        null => V1.FeedEnding.Finished,
        DisconnectReason.Closed => V1.FeedEnding.Closed,
        DisconnectReason.Evicted => V1.FeedEnding.Evicted,
        DisconnectReason.Idle => V1.FeedEnding.Idle,
        _ => V1.FeedEnding.Stopping,
    };

    private static V1.FeedEnded Make(V1.FeedEnding ending, string? detail) =>
        new() { Ending = ending, Detail = StatusText.Fit(detail ?? "") };
}
