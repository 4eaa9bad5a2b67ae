namespace Asgiref.Core.Callables.Transport;

/// <summary>One call of a call tree: its id, and the process that made it and waits for it.</summary>
internal readonly record struct CallStep(Guid Call, Guid Peer);
