using Asgiref.Core.Events;

namespace Bridge.Protocol.Mapping;

internal static class CustomEventMapping
{
    public static V1.CustomEvent ToMessage(CustomEvent custom)
    {
        var message = new V1.CustomEvent { Type = MappingChecks.CustomEventType(custom.Name, "custom.type") };
        ValueMapping.AddTo(message.Values, custom.Extra, "custom.values");
        return message;
    }

    public static CustomEvent FromMessage(V1.CustomEvent message) => new(
        MappingChecks.CustomEventType(message.Type, "custom.type"),
        ValueMapping.FromMessage(message.Values, "custom.values"));
}
