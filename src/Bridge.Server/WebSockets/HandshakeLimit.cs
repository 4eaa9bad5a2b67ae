using Bridge.Server.Http;
using Bridge.Server.Metrics;

namespace Bridge.Server.WebSockets;

/// <summary>Answers 504 in the place of an application that takes too long to answer the handshake. Used once.</summary>
internal sealed class HandshakeLimit(HttpContext context, WebSocketDriver driver, BridgeMetrics metrics) : IDisposable
{
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private TaskCompletionSource? _answered;
    private bool _stopped;

    /// <summary>Begins to watch, unless the application has answered by now.</summary>
    public void Start(TimeProvider clock, TimeSpan limit)
    {
        lock (_gate)
        {
            if (!_stopped)
            {
                _timer = clock.CreateTimer(static limit => ((HandshakeLimit)limit!).OnTime(), this, limit, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Ends the watch.</summary>
    /// <returns>The 504 on its way to the client; null when the answer is the application's, or still free.</returns>
    public Task? Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _timer?.Dispose();
            return _answered?.Task;
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void OnTime()
    {
        lock (_gate)
        {
            if (!driver.TryAnswer())
            {
                return;
            }

            _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        metrics.Reached(Limit.WebSocketAcceptTime);
        _ = AnswerAsync();
    }

    /// <summary>Never throws; <see cref="Stop"/> hands out what went wrong.</summary>
    private async Task AnswerAsync()
    {
        try
        {
            var answer = FrontAnswers.WriteAsync(
                context, StatusCodes.Status504GatewayTimeout, "The application did not answer the handshake in time.", closes: true);
            driver.Leave("The application did not answer the handshake in time.");
            await answer;
            _answered!.SetResult();
        }
        catch (Exception error)
        {
            _answered!.SetException(error);
        }
    }
}
