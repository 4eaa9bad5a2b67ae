using Grpc.Core;

namespace Bridge.Server.Workers.Serving;

/// <summary>One call of <c>Serve</c>, of an application or a callable.</summary>
internal interface IServeCall
{
    /// <summary>Serves the worker until its call is over. Nothing of it is left then.</summary>
    /// <returns>The status of the call.</returns>
    Task<Status> RunAsync();

    /// <summary>Nothing further: what runs is finished, then the call ends. Safe for concurrent use.</summary>
    void Drain(string reason);

    /// <summary>Ends the call at once; what runs is lost. Safe for concurrent use.</summary>
    void End(Status status);
}
