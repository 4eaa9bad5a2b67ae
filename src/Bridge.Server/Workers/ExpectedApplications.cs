namespace Bridge.Server.Workers;

/// <summary>What the configured routes say of the applications of workers. Immutable.</summary>
/// <param name="Names">Applications that a route leaves to workers: known from the start, and never forgotten.</param>
/// <param name="Routed">Every application that a route names.</param>
internal sealed record ExpectedApplications(IReadOnlySet<string> Names, IReadOnlySet<string> Routed)
{
    /// <summary>Whether a route says where it is; then it is nowhere else.</summary>
    public bool HasRoute(string application) => Routed.Contains(application);
}
