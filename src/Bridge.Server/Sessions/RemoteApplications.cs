using Bridge.Server.Callables;
using Bridge.Server.Instances;
using Bridge.Server.Workers;
using Bridge.Server.Workers.Serving;

namespace Bridge.Server.Sessions;

/// <summary>The stop of everything that workers run: over sessions and over calls of <c>Serve</c>.</summary>
internal sealed class RemoteApplications(WorkerDrain drain, CallDrain callDrain, OpenSessions sessions, ServeCalls serveCalls) : IRemoteApplications
{
    public Task<bool> DrainAsync() => drain.RunAsync();

    public Task<bool> DrainCallsAsync(Task instances) => callDrain.RunAsync(instances);

    public async Task<bool> CloseAsync() => (await Task.WhenAll(sessions.StopAsync(), serveCalls.StopAsync())).Contains(true);
}
