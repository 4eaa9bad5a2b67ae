namespace Asgiref.Core.Hosting;

/// <summary>The limits of hosting, for whoever counts how often each was reached; <see cref="HostingLimits"/> has their values.</summary>
internal enum HostingLimit
{
    Instances,
    PendingCalls,
    GraceTime,
    CancellationTime,
    DrainTime,
    LifespanStartupTime,
    LifespanShutdownTime,
}
