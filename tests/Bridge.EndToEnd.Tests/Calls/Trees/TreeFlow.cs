using CallWorker.Trees;

namespace Bridge.EndToEnd.Tests.Calls.Trees;

/// <summary>What a process knows of the flow that it serves.</summary>
/// <param name="Pump">The place whose thread is blocked on it and runs its sensitive calls; null for none.</param>
/// <param name="Context">The thread-sensitive context; null for none.</param>
internal readonly record struct TreeFlow(string? Pump, string? Context)
{
    /// <summary>Where sensitive calls run: first match wins.</summary>
    public string Place => Pump ?? Context ?? TreeThreads.OfProcess;

    /// <summary>The flow of a call that comes with a context: its own wins.</summary>
    public TreeFlow In(string? context) => this with { Context = Context ?? context };
}
