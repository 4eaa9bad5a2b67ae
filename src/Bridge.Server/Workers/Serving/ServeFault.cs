using Asgiref.Core;
using Bridge.Server.Grpc;
using Grpc.Core;

namespace Bridge.Server.Workers.Serving;

/// <summary>Tells a worker behind <c>Serve</c> why its call has ended.</summary>
internal static class ServeFault
{
    /// <summary>The status for an error that ended the reading of a call.</summary>
    public static Status StatusOf(Exception error, ServeEnd end, ServeContext shared, string call, string messageType)
    {
        if (end.IsSet)
        {
            return end.Status;
        }

        if (error is InvalidAsgiEventException invalid)
        {
            return new Status(StatusCode.InvalidArgument, invalid.Message);
        }

        if (DriverFault.StatusOf(error, shared.Options, shared.BridgeMetrics, messageType) is { } fault)
        {
            return fault;
        }

        if (error is OperationCanceledException or IOException)
        {
            return new Status(StatusCode.Cancelled, "The worker has left the call.");
        }

        Log.Failed(shared.Logger, error, call);
        return new Status(StatusCode.Internal, "The bridge failed.");
    }
}
