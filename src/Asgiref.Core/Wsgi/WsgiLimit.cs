namespace Asgiref.Core.Wsgi;

/// <summary>The limits of <see cref="WsgiToAsgi"/> that a host counts.</summary>
public enum WsgiLimit
{
    /// <summary>No thread became free in time: the request was answered with 503 (<see cref="WsgiOptions.MaxThreads"/>).</summary>
    Threads,

    /// <summary>A header came too often: the request was answered with 400 (<see cref="WsgiOptions.DuplicateHeaderLimit"/>).</summary>
    DuplicateHeaders,
}
