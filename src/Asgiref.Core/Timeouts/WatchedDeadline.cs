namespace Asgiref.Core.Timeouts;

/// <summary>A time limit among many that <see cref="Deadlines"/> watches, which alone sets what is here, under its lock.</summary>
internal abstract class WatchedDeadline
{
    internal WatchedDeadline? Earlier { get; set; }

    internal WatchedDeadline? Later { get; set; }

    /// <summary>When it passes, as the clock's timestamp.</summary>
    internal long Due { get; set; }

    /// <summary>Whether it is being watched.</summary>
    internal bool IsWatched { get; set; }

    /// <summary>
    /// The time has passed. Comes on a thread that tells others as well: it is short, runs no code of an application and does not
    /// throw. It is not watched any more, and may be added again.
    /// </summary>
    protected internal abstract void OnPassed();
}
