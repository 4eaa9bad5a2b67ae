namespace Asgiref.Core.Hosting;

/// <summary>Whether a hosted application is given the lifespan protocol (LIFE-15).</summary>
internal enum LifespanMode
{
    /// <summary>It is; an application that raises or returns without an answer does not support it, which is no error (LIFE-14, GAP-06).</summary>
    Auto,

    /// <summary>It is; an application that does not support it stops the start.</summary>
    On,

    /// <summary>It is not.</summary>
    Off,
}
