using Bridge.Protocol.V1;

namespace Bridge.Server.Callables;

/// <summary>Why a call is not wanted any more. Immutable.</summary>
/// <param name="Code">Why.</param>
/// <param name="Reason">The same as a sentence.</param>
/// <param name="ByCaller">Whether it is the caller that has left.</param>
internal sealed record CallLeaving(ResetCode Code, string Reason, bool ByCaller);
