namespace Bridge.Server.Callables.Hosting;

/// <summary>What the functions of the bridge need to call others.</summary>
internal sealed record BridgeCalls(CallRouter Router, ThreadContexts ThreadContexts);
