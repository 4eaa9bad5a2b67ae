namespace Bridge.Server.WebSockets;

/// <summary>A client's message is larger than <see cref="WebSocketFrontOptions.MaxMessageBytes"/>.</summary>
internal sealed class MessageTooLargeException() : Exception("The message is too large.");
