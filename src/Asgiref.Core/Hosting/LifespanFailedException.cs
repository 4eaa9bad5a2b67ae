namespace Asgiref.Core.Hosting;

/// <summary>An application said, or showed, that it cannot start: the host does not start either (LIFE-13).</summary>
internal sealed class LifespanFailedException(string message, Exception? cause = null) : Exception(message, cause);
