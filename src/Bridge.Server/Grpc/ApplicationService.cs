using Asgiref.Core.Hosting;
using Bridge.Protocol;
using Bridge.Server.Access;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Grpc;

/// <summary>
/// Runs applications for drivers in other processes, and lets workers be applications; docs/protocol.md is the contract. One object serves all calls.
/// </summary>
internal sealed class ApplicationService(
    IApplicationDirectory applications,
    IReadiness readiness,
    IServeCalls workers,
    IOptions<GrpcOptions> options,
    IConfiguration configuration,
    BridgeMetrics metrics,
    TimeProvider clock,
    ILogger<ApplicationService> logger) : V1.ApplicationService.ApplicationServiceBase
{
    private readonly GrpcOptions _options = options.Value;

    /// <summary>Whether a status tells what an application raised; a setting of the whole bridge.</summary>
    private readonly bool _detailedErrors = configuration.GetValue("Bridge:DetailedErrors", false);

    public override async Task Run(
        IAsyncStreamReader<V1.RunRequest> requestStream, IServerStreamWriter<V1.RunResponse> responseStream, ServerCallContext context)
    {
        RunStart start;
        try
        {
            start = await ReadStartAsync(requestStream, context.CancellationToken);
        }
        catch (Exception error) when (DriverFault.StatusOf(error, _options, metrics) is { } fault)
        {
            metrics.InstanceRefused();
            Refuse(context, fault);
            return;
        }

        if (!applications.TryFind(start.Application, out var application))
        {
            metrics.InstanceRefused();
            Refuse(context, new Status(StatusCode.NotFound, $"No application is named \"{StatusText.Quote(start.Application)}\"."));
            return;
        }

        var driver = new RunDriver(start.Scope, requestStream, responseStream, _options, metrics, clock, context);
        InstanceEnding ending;
        await using (driver)
        {
            ending = await application.RunAsync(start.Scope, driver);
        }

        if (driver.Fault is { } wrong)
        {
            Log.DriverWrong(logger, start.Application, wrong.StatusCode, StatusText.Fit(wrong.Detail));
        }

        RunEnding.Finish(context, ending, driver.Fault, driver.Hole, readiness.IsReady, _detailedErrors);
    }

    [NeedsToken]
    public override async Task Serve(
        IAsyncStreamReader<V1.ApplicationServiceServeRequest> requestStream,
        IServerStreamWriter<V1.ApplicationServiceServeResponse> responseStream,
        ServerCallContext context) => context.Status = await workers.RunAsync(requestStream, responseStream, context);

    private void Refuse(ServerCallContext context, Status status)
    {
        Log.RunRefused(logger, status.StatusCode, StatusText.Fit(status.Detail));
        RunEnding.Refuse(context, status);
    }

    /// <summary>Reads the first message. Nothing reads the stream any more when this has ended, however it ended.</summary>
    internal async Task<RunStart> ReadStartAsync(IAsyncStreamReader<V1.RunRequest> stream, CancellationToken callCancelled)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(callCancelled);
        var first = stream.MoveNext(giveUp.Token);
        try
        {
            // The timer is only for a start that did not come with the call's own headers.
            return await (first.IsCompleted ? first : first.WaitAsync(_options.StartMessageTime, clock, callCancelled))
                ? RunStart.Of(stream.Current, _options)
                : throw new InvalidMessageException("start", "the driver half-closed the stream before it.");
        }
        catch (TimeoutException)
        {
            await giveUp.CancelAsync();
            await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            metrics.Reached(Limit.StartMessageTime);
            throw new RpcException(new Status(
                StatusCode.DeadlineExceeded,
                $"No start within {_options.StartMessageTime} ({GrpcOptions.Section}:{nameof(_options.StartMessageTime)})."));
        }
    }
}
