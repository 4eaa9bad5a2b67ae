namespace Asgiref.Core.Callables;

/// <summary>Why a call was refused. No code of the function ran.</summary>
public enum CallRefusal
{
    /// <summary>For another reason, which the message gives.</summary>
    Other,

    /// <summary>There is no such callable.</summary>
    NotFound,

    /// <summary>There is no place for it, or a limit was reached.</summary>
    Overloaded,

    /// <summary>Its process stops.</summary>
    Draining,

    /// <summary>It lies deeper in its call tree than <see cref="CallableOptions.CallDepth"/> allows, here or there.</summary>
    TooDeep,
}
