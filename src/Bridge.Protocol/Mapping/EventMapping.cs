using Asgiref.Core.Events;

namespace Bridge.Protocol.Mapping;

/// <summary>
/// Events to messages and back, in the two directions of a conversation. Stateless and safe for concurrent use.
/// </summary>
/// <remarks>
/// Bytes are not copied. A message made of an event looks into the event's memory: serialise it before that memory
/// changes, that is, before <c>send</c> returns (GAP-27). An event made of a message looks into the message.
/// Keys outside the specification survive in both directions (PB-06); fields that a newer contract adds are dropped.
/// </remarks>
public static class EventMapping
{
    /// <summary>Makes a message of an event that a driver gives to an application.</summary>
    /// <exception cref="InvalidMessageException">The event breaks the contract, or is no receive-event.</exception>
    public static V1.ReceiveEvent ToReceiveMessage(AsgiEvent message) => ReceiveEventMapping.ToMessage(message);

    /// <summary>Makes an event of a message that a driver gives to an application.</summary>
    /// <exception cref="InvalidMessageException">The message breaks the contract.</exception>
    public static AsgiEvent FromMessage(V1.ReceiveEvent message) => ReceiveEventMapping.FromMessage(message);

    /// <summary>Makes a message of an event that an application gives to its driver.</summary>
    /// <exception cref="InvalidMessageException">
    /// The event breaks the contract, is no send-event, or cannot cross: <c>http.response.zerocopysend</c> bears an
    /// open file of one process.
    /// </exception>
    public static V1.SendEvent ToSendMessage(AsgiEvent message) => SendEventToMessage.Map(message);

    /// <summary>Makes an event of a message that an application gives to its driver.</summary>
    /// <exception cref="InvalidMessageException">The message breaks the contract.</exception>
    public static AsgiEvent FromMessage(V1.SendEvent message) => SendEventFromMessage.Map(message);
}
