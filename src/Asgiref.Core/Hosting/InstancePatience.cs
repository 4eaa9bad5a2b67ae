
namespace Asgiref.Core.Hosting;

/// <summary>
/// How long an instance is waited for after its disconnect: a grace period, then cancellation, then the client's side
/// is let go of (CORE-04). Made only when there is something to wait for.
/// </summary>
internal sealed class InstancePatience(InProcessInstance instance, CancellationTokenSource cancellation, HostingContext context)
{
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _cancelled;
    private bool _over;

    public void Begin() => Arm(context.Limits.GraceTime);

    public void End()
    {
        lock (_gate)
        {
            _over = true;
            _timer?.Dispose();
        }
    }

    private void Arm(TimeSpan time)
    {
        lock (_gate)
        {
            if (!_over)
            {
                _timer?.Dispose();
                _timer = context.Clock.CreateTimer(
                    static patience => ((InstancePatience)patience!).Elapsed(), this, time, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Elapsed()
    {
        if (instance.HasEnded)
        {
            End();
        }
        else if (!_cancelled)
        {
            _cancelled = true;
            context.Reached(HostingLimit.GraceTime);

            // Armed first: a callback of the application may block the cancellation.
            Arm(context.Limits.CancellationTime);
            _ = cancellation.CancelAsync();
        }
        else
        {
            End();
            context.Reached(HostingLimit.CancellationTime);
            _ = instance.DetachAsync();
        }
    }
}
