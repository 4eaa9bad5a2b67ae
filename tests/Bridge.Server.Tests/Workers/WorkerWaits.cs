using Bridge.Server.Workers;

namespace Bridge.Server.Tests.Workers;

/// <summary>Waits for what the bridge has heard of its workers.</summary>
internal static class WorkerWaits
{
    public static WorkerFigures Of(this WorkerDirectory directory, string application) =>
        directory.Figures().FirstOrDefault(figures => figures.Application == application);

    public static Task ReadyAsync(this WorkerDirectory directory, string application, int workers = 1) =>
        WaitUntil.HoldsAsync(() => directory.Of(application).Ready == workers, $"{workers} workers of {application}");

    public static Task WaitingAsync(this WorkerDirectory directory, string application, int instances) =>
        WaitUntil.HoldsAsync(() => directory.Of(application).Waiting == instances, $"{instances} waiting for {application}");

    public static Task RunningAsync(this WorkerDirectory directory, string application, int instances) =>
        WaitUntil.HoldsAsync(() => directory.Of(application).Running == instances, $"{instances} running of {application}");
}
