using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Sync.Work;

/// <summary>Decides which executor runs a call: the ordered rule of SYNC-21, first match wins.</summary>
internal static class ExecutorChoice
{
    /// <summary>Submits the call to the executor that the rule finds.</summary>
    /// <param name="work">The call.</param>
    /// <param name="options">The call's options.</param>
    /// <param name="flow">The caller's flow.</param>
    /// <param name="loop">The loop that the caller's code belongs to.</param>
    /// <exception cref="SyncDeadlockException">The thread that the call needs waits for the call (DEAD-01).</exception>
    public static void Submit(SyncWork work, SyncToAsyncOptions options, SyncFlow flow, EventLoop? loop)
    {
        if (!options.ThreadSensitive)
        {
            var executor = options.Executor ?? loop?.DefaultExecutor ?? ThreadPoolExecutor.Instance;
            work.SubmitTo(executor);
            executor.Submit(work);
            return;
        }

        if (TryPumps(work, flow, flow.Pump) || TryContext(work, flow) || TryPumps(work, flow, loop?.Pump))
        {
            return;
        }

        ThrowIfHeld(work, flow, SerialWorker.Global);
        work.SubmitTo(SerialWorker.Global);
        SerialWorker.Global.Submit(work);
    }

    /// <summary>A frame that has ended has no thread to be faithful to: then the next rule is asked (A2S-30).</summary>
    private static bool TryPumps(SyncWork work, SyncFlow flow, CurrentThreadExecutor? pump)
    {
        for (; pump is not null; pump = pump.Previous)
        {
            if (pump.HasEnded)
            {
                continue;
            }

            ThrowIfHeld(work, flow, pump);
            work.SubmitTo(pump);
            if (pump.TrySubmit(work))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryContext(SyncWork work, SyncFlow flow)
    {
        if (flow.SensitiveContext?.Worker is not { IsCompleted: false } worker)
        {
            return false;
        }

        ThrowIfHeld(work, flow, worker);
        work.SubmitTo(worker);
        return worker.TrySubmit(work);
    }

    private static void ThrowIfHeld(SyncWork work, SyncFlow flow, IWorkExecutor executor)
    {
        if (flow.FindHolder(executor) is { } holder)
        {
            SyncInstruments.CountDeadlock();
            throw new SyncDeadlockException(
                $"Single thread executor already being used, would deadlock: {work.FunctionName} needs the thread that " +
                $"{holder.FunctionName} occupies, and that call is not waiting in AsyncToSync.");
        }
    }
}
