using Asgiref.Core.Scopes;

namespace Asgiref.Core.Server;

/// <summary>One instance of a <see cref="StatelessServer{TScopeId}"/>, as its hooks get to know it (SRV-13). Immutable.</summary>
/// <typeparam name="TScopeId">What tells scopes apart.</typeparam>
/// <param name="ScopeId">The id it was opened with.</param>
/// <param name="Scope">The scope it was called with.</param>
/// <param name="Age">How long it has existed.</param>
/// <param name="Reason">Why the server ended it; null while it runs, or when the application ended by itself.</param>
public sealed record ApplicationDetails<TScopeId>(TScopeId ScopeId, AsgiScope Scope, TimeSpan Age, DisconnectReason? Reason)
    where TScopeId : notnull;
