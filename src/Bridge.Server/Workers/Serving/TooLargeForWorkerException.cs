namespace Bridge.Server.Workers.Serving;

/// <summary>An event of the client, or a scope, does not fit into a message.</summary>
internal sealed class TooLargeForWorkerException(string message) : Exception(message);
