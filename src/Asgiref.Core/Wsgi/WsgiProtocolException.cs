namespace Asgiref.Core.Wsgi;

/// <summary>
/// The WSGI application broke PEP 3333: a bad status or header, a wrong order of calls, a body that does not fit its
/// Content-Length.
/// </summary>
public sealed class WsgiProtocolException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, as a sentence.</param>
    public WsgiProtocolException(string message)
        : base(message)
    {
    }
}
