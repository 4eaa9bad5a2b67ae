namespace Asgiref.Core.Callables;

/// <summary>Where a synchronous callable runs in the process that has it.</summary>
public enum ThreadAffinity
{
    /// <summary>
    /// On the thread that its call tree occupies in the process, else on that of the call's thread-sensitive context, else on
    /// the process's one thread for such calls.
    /// </summary>
    Sensitive,

    /// <summary>On any thread of a pool.</summary>
    Pooled,
}
