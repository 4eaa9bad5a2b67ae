namespace CallWorker.Trees;

/// <summary>The kinds of steps.</summary>
public enum TreeStepKind
{
    /// <summary>Changes the bag.</summary>
    Change,

    /// <summary>Calls one function.</summary>
    Call,

    /// <summary>Calls several, and awaits one after the other: what each changed counts.</summary>
    Calls,

    /// <summary>Calls several, each out of a task of its own: what they changed stays there.</summary>
    Tasks,

    /// <summary>The same, each in a thread-sensitive context of its own.</summary>
    Contexts,

    /// <summary>Calls one that does not end, and leaves it.</summary>
    Leave,

    /// <summary>Calls one that does not end, with a time.</summary>
    Limit,

    /// <summary>Waits until its token fires.</summary>
    Wait,

    /// <summary>Throws.</summary>
    Throw,
}
