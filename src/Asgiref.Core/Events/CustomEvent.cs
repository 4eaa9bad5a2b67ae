using Asgiref.Core.Values;

namespace Asgiref.Core.Events;

/// <summary>
/// An event of an application's or a custom protocol's own making (CORE-16); its content is in
/// <see cref="AsgiEvent.Extra"/>.
/// </summary>
/// <param name="Name">The event type, by convention <c>protocol.message_type</c>.</param>
public sealed record CustomEvent(string Name) : AsgiEvent
{
    /// <inheritdoc/>
    public override string Type => Name;

    /// <summary>Makes an event with the given content.</summary>
    public CustomEvent(string name, AsgiValueMap values)
        : this(name) => Extra = values;
}
