using Asgiref.Core.Values;

namespace Bridge.Protocol.Mapping;

/// <summary>The one message that both directions share: its two data fields are exclusive (WS-31).</summary>
internal static class WebSocketMessageMapping
{
    public static V1.WebSocketMessage ToMessage(string? text, ReadOnlyMemory<byte>? bytes, AsgiValueMap extra, string field)
    {
        var message = new V1.WebSocketMessage();
        switch (text, bytes)
        {
            case ({ }, null):
                message.Text = MappingChecks.Text(text, field, ".text");
                break;
            case (null, { } data):
                message.Bytes = BytesMapping.ToMessage(data);
                break;
            default:
                MappingChecks.Fail($"{field}.data", "exactly one of text and bytes is needed.");
                break;
        }

        if (extra.Count > 0)
        {
            message.Extra = ValueMapping.ToMapMessage(extra, $"{field}.extra");
        }

        return message;
    }

    public static string? Text(V1.WebSocketMessage message, string field) => message.DataCase switch
    {
        V1.WebSocketMessage.DataOneofCase.Text => message.Text,
        V1.WebSocketMessage.DataOneofCase.Bytes => null,
        _ => MappingChecks.Fail<string>($"{field}.data", "the message has neither text nor bytes."),
    };

    public static ReadOnlyMemory<byte>? Bytes(V1.WebSocketMessage message) =>
        BytesMapping.FromMessage(message.DataCase is V1.WebSocketMessage.DataOneofCase.Bytes, message.Bytes);
}
