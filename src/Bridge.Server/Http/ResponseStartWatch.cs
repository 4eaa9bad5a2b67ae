namespace Bridge.Server.Http;

/// <summary>
/// Answers 504 in the place of an application that takes too long to begin its response. Only the application's own
/// turns count: the time since it last waited for the client, unless it waits for it now.
/// </summary>
internal sealed class ResponseStartWatch(HttpContext context, ResponseStartSweep sweep)
{
    private long _turnBegan = sweep.Clock.GetTimestamp();
    private HttpDriver? _driver;
    private TaskCompletionSource? _answered;

    /// <summary>The neighbours in the sweep's list, guarded by its lock as all that only the sweep calls.</summary>
    public ResponseStartWatch? Previous { get; set; }

    public ResponseStartWatch? Next { get; set; }

    public bool IsListed { get; set; }

    /// <summary>The application's turn begins anew.</summary>
    public void Touch() => Volatile.Write(ref _turnBegan, sweep.Clock.GetTimestamp());

    /// <summary>Begins to watch; called only for an application that has not answered at once.</summary>
    public void Start(HttpDriver driver)
    {
        _driver = driver;
        sweep.Add(this);
    }

    /// <summary>Ends the watch.</summary>
    /// <returns>The 504 on its way to the client; null when the response is still the application's or free.</returns>
    public Task? Stop()
    {
        if (_driver is not null)
        {
            sweep.Remove(this);
        }

        return _answered?.Task;
    }

    public bool IsDue(TimeSpan limit) =>
        !_driver!.Body.IsWaitingForClient && sweep.Clock.GetElapsedTime(Volatile.Read(ref _turnBegan)) >= limit;

    /// <summary>False when the application's head has gone out.</summary>
    public bool TryTimeOut()
    {
        if (!_driver!.Response.TryTake())
        {
            return false;
        }

        _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return true;
    }

    /// <summary>Sends the 504 and ends the conversation. Never throws; <see cref="Stop"/> hands out what went wrong.</summary>
    public async Task AnswerAsync()
    {
        try
        {
            var answer = FrontAnswers.WriteAsync(context, StatusCodes.Status504GatewayTimeout, "The application did not answer in time.");
            _driver!.Leave("The application did not begin its response in time.");
            await answer;
            _answered!.SetResult();
        }
        catch (Exception error)
        {
            _answered!.SetException(error);
        }
    }
}
