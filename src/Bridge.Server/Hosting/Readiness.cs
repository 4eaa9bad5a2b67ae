using Bridge.Server.Instances;

namespace Bridge.Server.Hosting;

/// <summary>Ready from the end of the start to the beginning of the stop; never ready again.</summary>
internal sealed class Readiness(ILogger<Readiness> logger) : IReadiness
{
    private volatile bool _ready;

    public event Action? Changed;

    public bool IsReady => _ready;

    public void Set(bool ready)
    {
        _ready = ready;
        foreach (var listener in Delegate.EnumerateInvocationList(Changed))
        {
            Tell(listener);
        }
    }

    /// <summary>A listener that fails must not keep the bridge from starting or from draining.</summary>
    private void Tell(Action listener)
    {
        try
        {
            listener();
        }
        catch (Exception error)
        {
            Log.ReadinessListenerFailed(logger, error);
        }
    }
}
