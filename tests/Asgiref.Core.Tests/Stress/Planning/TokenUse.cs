namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>Which token is given to a call.</summary>
internal enum TokenUse
{
    None,

    /// <summary>One of its own, which a step may fire.</summary>
    Own,

    /// <summary>One that has fired before.</summary>
    Fired,
}
