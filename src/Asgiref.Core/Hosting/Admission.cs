namespace Asgiref.Core.Hosting;

/// <summary>Whether an instance got a place.</summary>
internal enum Admission
{
    Admitted,

    /// <summary>Every place of the application is taken.</summary>
    Full,

    /// <summary>The host is stopping.</summary>
    Closed,
}
