using System.Text.Json;
using Bridge.Server.Instances;
using Grpc.Core;

namespace Bridge.Server.Grpc;

/// <summary>Turns the end of an instance into the status and trailers of its call.</summary>
internal static class RunEnding
{
    public const string EndingTrailer = "asgi-ending";
    public const string OmissionTrailer = "asgi-omission";

    /// <summary>Clients bound what a status may take: gRPC's C core 8 KiB for all metadata.</summary>
    private const int MaxDetailLength = 2048;

    private static readonly string[] Names = [.. Enum.GetNames<EndingKind>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>Ends a call whose application never ran.</summary>
    public static void Refuse(ServerCallContext context, Status status)
    {
        context.Status = status;
        context.ResponseTrailers.Add(EndingTrailer, Names[(int)EndingKind.Refused]);
    }

    /// <summary>Ends a call whose instance has ended.</summary>
    /// <param name="context">The call.</param>
    /// <param name="ending">How the instance ended.</param>
    /// <param name="fault">What the driver did wrong: it goes before everything else.</param>
    /// <param name="isReady">Tells overload from draining.</param>
    /// <param name="detailedErrors">Whether the detail tells what the application raised.</param>
    public static void Finish(ServerCallContext context, in InstanceEnding ending, Status? fault, bool isReady, bool detailedErrors)
    {
        context.Status = fault ?? StatusOf(ending, isReady, detailedErrors);
        context.ResponseTrailers.Add(EndingTrailer, Names[(int)ending.Kind]);
        if (ending is { Kind: EndingKind.Finished, Reason: { } omission })
        {
            context.ResponseTrailers.Add(OmissionTrailer, omission);
        }
    }

    private static Status StatusOf(in InstanceEnding ending, bool isReady, bool detailedErrors) => ending.Kind switch
    {
        EndingKind.Finished or EndingKind.Disconnected => Status.DefaultSuccess,
        EndingKind.Failed => new Status(StatusCode.Unknown, Describe(ending.Error, detailedErrors)),
        EndingKind.Refused when isReady => new Status(StatusCode.ResourceExhausted, ending.Reason ?? "The bridge is overloaded."),
        EndingKind.Refused => new Status(StatusCode.Unavailable, ending.Reason ?? "The bridge is stopping."),
        EndingKind.TimedOut => new Status(StatusCode.DeadlineExceeded, ending.Reason ?? "A time limit of the bridge was reached."),
        _ => new Status(StatusCode.Unavailable, ending.Reason ?? "The process that ran the application is lost."),
    };

    private static string Describe(Exception? error, bool detailedErrors)
    {
        if (error is null || !detailedErrors)
        {
            return "The application raised an exception.";
        }

        var detail = error.ToString();
        return detail.Length <= MaxDetailLength ? detail : detail[..MaxDetailLength];
    }
}
