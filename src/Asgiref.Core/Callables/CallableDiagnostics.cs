using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Callables;

/// <summary>
/// The names under which calls between processes are seen in a trace, in the source
/// <see cref="SyncDiagnostics.ActivitySourceName"/>. The trace goes on from process to process, also through one that records
/// nothing.
/// </summary>
public static class CallableDiagnostics
{
    /// <summary>The name of an activity around a call into another process, from its start to its result; of kind client.</summary>
    public const string OutgoingActivity = "asgiref.call";

    /// <summary>The name of an activity around a call from another process, from its arrival to the function's end; of kind server.</summary>
    public const string IncomingActivity = "asgiref.serve_call";

    /// <summary>The tag with the callable's name.</summary>
    public const string CallableTag = "asgiref.callable";
}
