namespace Bridge.Server.Configuration;

/// <summary>A wrong configuration: the message is the one line that stops the start, and names the key.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
