namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>How far a node has come.</summary>
[Flags]
internal enum NodeStage
{
    None = 0,
    Called = 1,

    /// <summary>Its body runs.</summary>
    Begun = 2,

    /// <summary>Its body has ended.</summary>
    Ended = 4,

    /// <summary>Its caller has got the outcome.</summary>
    Answered = 8,
}
