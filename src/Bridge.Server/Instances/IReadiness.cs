namespace Bridge.Server.Instances;

/// <summary>Whether the bridge takes new work: not before every application is ready, and not while it stops. Safe for concurrent use.</summary>
internal interface IReadiness
{
    bool IsReady { get; }

    /// <summary>Raised after <see cref="IsReady"/> has changed.</summary>
    event Action? Changed;
}
