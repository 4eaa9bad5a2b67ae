namespace Asgiref.Core;

/// <summary>
/// An event that is malformed, unknown to the protocol, or not allowed at this point of the conversation
/// (CORE-19, GAP-08). The conversation's state is unchanged: the application may send a right event instead.
/// </summary>
public sealed class InvalidAsgiEventException : InvalidOperationException
{
    /// <summary>Creates the exception for an event of the given type.</summary>
    /// <param name="eventType">The event's type, such as <c>http.response.body</c>.</param>
    /// <param name="problem">What is wrong with it, as a sentence without the type.</param>
    public InvalidAsgiEventException(string eventType, string problem)
        : base($"{eventType}: {problem}")
    {
        EventType = eventType;
    }

    /// <summary>The type of the event that was refused.</summary>
    public string EventType { get; }
}
