using Bridge.Server.Instances;
using Bridge.Server.Workers;
using Bridge.Server.Workers.Serving;

namespace Bridge.Server.Sessions;

/// <summary>The stop of everything that workers run: over sessions and over calls of <c>Serve</c>.</summary>
internal sealed class RemoteApplications(WorkerDrain drain, OpenSessions sessions, ServeCalls calls) : IRemoteApplications
{
    public Task<bool> DrainAsync() => drain.RunAsync();

    public async Task<bool> CloseAsync() => (await Task.WhenAll(sessions.StopAsync(), calls.StopAsync())).Contains(true);
}
