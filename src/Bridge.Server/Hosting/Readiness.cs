using Bridge.Server.Instances;

namespace Bridge.Server.Hosting;

/// <summary>Ready from the end of the start to the beginning of the stop; never ready again.</summary>
internal sealed class Readiness : IReadiness
{
    private volatile bool _ready;

    public event Action? Changed;

    public bool IsReady => _ready;

    public void Set(bool ready)
    {
        _ready = ready;
        Changed?.Invoke();
    }
}
