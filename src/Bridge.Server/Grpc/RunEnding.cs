using System.Text.Json;
using Asgiref.Core.Hosting;
using Grpc.Core;

namespace Bridge.Server.Grpc;

/// <summary>Turns the end of an instance into the status and trailers of its call.</summary>
internal static class RunEnding
{
    public const string EndingTrailer = "asgi-ending";
    public const string OmissionTrailer = "asgi-omission";

    private static readonly string[] Names = [.. Enum.GetNames<EndingKind>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>Ends a call whose application never ran.</summary>
    public static void Refuse(ServerCallContext context, Status status)
    {
        context.Status = StatusText.Fit(status.StatusCode, status.Detail);
        context.ResponseTrailers.Add(EndingTrailer, Names[(int)EndingKind.Refused]);
    }

    /// <summary>Ends a call whose instance has ended.</summary>
    /// <param name="context">The call.</param>
    /// <param name="ending">How the instance ended.</param>
    /// <param name="fault">What the driver did wrong: it goes before everything else.</param>
    /// <param name="hole">What is missing from what the application sent; null if nothing.</param>
    /// <param name="isReady">Tells overload from draining.</param>
    /// <param name="detailedErrors">Whether the detail tells what the application raised.</param>
    public static void Finish(ServerCallContext context, in InstanceEnding ending, Status? fault, string? hole, bool isReady, bool detailedErrors)
    {
        var status = fault ?? StatusOf(ending, isReady, detailedErrors);
        context.Status = StatusText.Fit(status.StatusCode, status.Detail);
        context.ResponseTrailers.Add(EndingTrailer, Names[(int)ending.Kind]);
        if (ending.Kind == EndingKind.Finished && (hole ?? ending.Reason) is { } omission)
        {
            context.ResponseTrailers.Add(OmissionTrailer, StatusText.Fit(omission));
        }
    }

    private static Status StatusOf(in InstanceEnding ending, bool isReady, bool detailedErrors) => ending.Kind switch
    {
        EndingKind.Finished or EndingKind.Disconnected => Status.DefaultSuccess,
        EndingKind.Failed => new Status(StatusCode.Unknown, Describe(ending.Error, detailedErrors)),
        EndingKind.Refused when ending.Cause == EndingCause.InvalidScope =>
            new Status(StatusCode.InvalidArgument, ending.Reason ?? "The application's process does not understand the scope."),
        EndingKind.Refused when isReady && ending.Cause is not (EndingCause.Draining or EndingCause.NotFound) => new Status(StatusCode.ResourceExhausted, ending.Reason ?? "The bridge is overloaded."),
        EndingKind.Refused => new Status(StatusCode.Unavailable, ending.Reason ?? "The bridge is stopping."),
        EndingKind.TimedOut => new Status(StatusCode.DeadlineExceeded, ending.Reason ?? "A time limit of the bridge was reached."),
        _ => new Status(StatusCode.Unavailable, ending.Reason ?? "The process that ran the application is lost."),
    };

    private static string Describe(Exception? error, bool detailedErrors) =>
        error is null || !detailedErrors ? "The application raised an exception." : error.ToString();
}
