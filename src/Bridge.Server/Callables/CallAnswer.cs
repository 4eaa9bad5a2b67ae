using Bridge.Protocol.V1;

namespace Bridge.Server.Callables;

/// <summary>What became of a call, for a caller in the bridge's own process: exactly one of the three.</summary>
/// <param name="Event">Its result or error.</param>
/// <param name="Refused">Why no code ran.</param>
/// <param name="Broken">Why no result came.</param>
/// <param name="Reason">With the latter two, a sentence.</param>
internal readonly record struct CallAnswer(CallEvent? Event, RefusedCode? Refused = null, ResetCode? Broken = null, string Reason = "");
