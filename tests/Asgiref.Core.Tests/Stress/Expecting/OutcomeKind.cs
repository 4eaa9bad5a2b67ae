namespace Asgiref.Core.Tests.Stress.Expecting;

internal enum OutcomeKind
{
    Finished,
    Failed,
    Cancelled,

    /// <summary>Refused as a deadlock: it needs a thread that one of its own ancestors holds.</summary>
    Refused,
}
