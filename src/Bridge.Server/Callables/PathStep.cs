namespace Bridge.Server.Callables;

/// <summary>One call of a path: its id, and the process that made it and waits for it.</summary>
internal readonly record struct PathStep(Guid Call, Guid Peer);
