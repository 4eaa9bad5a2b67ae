using Asgiref.Core.Callables.Incoming;

namespace Asgiref.Core.Callables.Definitions;

/// <summary>A function of this process that is registered by name. Safe for concurrent use.</summary>
internal abstract class Callable(string name, CallableSettings settings)
{
    private const int MaxTypeText = 256;
    private int _calls;

    public string Name => name;

    public CallableSettings Settings => settings;

    public abstract CallableKind Kind { get; }

    /// <summary>For whoever asks for it with other types.</summary>
    public string Signature => $"takes {TypeText(Input)} and gives {TypeText(Output)}";

    public CallableDescription Description => new(
        name,
        Kind,
        settings.Run.ThreadSensitive ? ThreadAffinity.Sensitive : ThreadAffinity.Pooled,
        Input == typeof(NoValue) ? "" : TypeText(Input),
        Output == typeof(NoValue) ? "" : TypeText(Output));

    protected abstract Type Input { get; }

    protected abstract Type Output { get; }

    /// <summary>Takes a place for a call from another process.</summary>
    public bool TryEnter()
    {
        if (settings.MaxConcurrentCalls is not { } most || Interlocked.Increment(ref _calls) <= most)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Gives it back.</summary>
    public void Leave()
    {
        if (settings.MaxConcurrentCalls is not null)
        {
            Interlocked.Decrement(ref _calls);
        }
    }

    /// <summary>Starts a call from another process, in its context; runs no application code on this thread and never throws.</summary>
    public abstract void Begin(IncomingCall call);

    private static string TypeText(Type type)
    {
        if (type == typeof(NoValue))
        {
            return "nothing";
        }

        var text = type.ToString();
        return text.Length <= MaxTypeText ? text : text[..MaxTypeText];
    }
}
