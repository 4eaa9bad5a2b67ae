using Bridge.Server.Instances;
using Bridge.Server.Workers;

namespace Bridge.Server.Sessions;

/// <summary>The stop of everything that sessions carry.</summary>
internal sealed class RemoteApplications(WorkerDrain drain, OpenSessions sessions) : IRemoteApplications
{
    public Task<bool> DrainAsync() => drain.RunAsync();

    public Task CloseAsync() => sessions.StopAsync();
}
