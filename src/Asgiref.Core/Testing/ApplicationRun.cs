using System.Threading.Channels;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Testing;

/// <summary>The one run of an application between two queues.</summary>
internal sealed class ApplicationRun(
    AsgiApplication application,
    AsgiScope scope,
    ChannelReader<AsgiEvent> input,
    ChannelWriter<AsgiEvent> output,
    ApplicationCommunicatorOptions options) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>Ends as the application ends; null before the start.</summary>
    public Task? Completion { get; private set; }

    /// <summary>Starts the application in an empty context, once.</summary>
    public void Start()
    {
        if (Completion is not null)
        {
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            Completion = Task.Run(RunAsync);
        }
    }

    /// <summary>Whether the application ends in time, however it ends.</summary>
    public async Task<bool> EndsWithinAsync(TimeSpan limit)
    {
        Start();
        var completion = Completion!;
        await completion.WaitAsync(limit, options.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return completion.IsCompleted;
    }

    /// <summary>Cancels the application and waits for its end; raises its error, but not the cancellation.</summary>
    /// <exception cref="TimeoutException">It did not end within the cancel time-out.</exception>
    public async Task CancelAsync()
    {
        await _cancellation.CancelAsync().ConfigureAwait(false);
        if (!await EndsWithinAsync(options.CancelTimeout).ConfigureAwait(false))
        {
            throw new TimeoutException($"The application was cancelled and still runs after {options.CancelTimeout}.");
        }

        await ThrowUnlessCancelledAsync().ConfigureAwait(false);
    }

    /// <summary>Raises the error, or the cancellation, of an application that has ended.</summary>
    public Task ThrowIfFailedAsync() => Completion is { IsCompleted: true } ended ? ended : Task.CompletedTask;

    /// <summary>Raises the error of the ended application, if it is not a cancellation.</summary>
    public async Task ThrowUnlessCancelledAsync()
    {
        if (!Completion!.IsCanceled)
        {
            await Completion.ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        // An application that ignored its cancellation may still ask for the token.
        if (Completion is null or { IsCompleted: true })
        {
            _cancellation.Dispose();
        }
    }

    private async Task RunAsync()
    {
        InstanceContext.Begin(_cancellation.Token);
        try
        {
            await application(scope, ReceiveAsync, SendAsync).ConfigureAwait(false);
        }
        finally
        {
            output.TryComplete();
        }
    }

    private async ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancellation.Token);
        return await input.ReadAsync(either.Token).ConfigureAwait(false);
    }

    private async ValueTask SendAsync(AsgiEvent message, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancellation.Token);
        await output.WriteAsync(EventCopy.Of(message), either.Token).ConfigureAwait(false);
    }
}
