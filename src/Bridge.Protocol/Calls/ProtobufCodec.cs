using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Callables.Transport;
using Google.Protobuf;

namespace Bridge.Protocol.Calls;

/// <summary>One type of protobuf message.</summary>
internal sealed class ProtobufCodec<T> : PayloadCodec<T>
    where T : class, IMessage<T>, new()
{
    private const string MediaType = "application/protobuf";
    private const string TypeParameter = "type=";

    private static readonly MessageParser<T> Parser = new(static () => new T());
    private static readonly string FullName = new T().Descriptor.FullName;
    private static readonly string WholeType = $"{MediaType}; {TypeParameter}{FullName}";

    public override string ContentType => WholeType;

    // Of another message the bytes could often be read all the same, as something else.
    public override bool Reads(string contentType)
    {
        if (contentType == WholeType)
        {
            return true;
        }

        var parts = contentType.Split(';', StringSplitOptions.TrimEntries);
        return parts[0].Equals(MediaType, StringComparison.OrdinalIgnoreCase) && parts.Skip(1).Any(IsOwnType);
    }

    public override CallPayload Write(T value) => new(WholeType, value.ToByteArray());

    public override T Read(CallPayload payload) => Parser.ParseFrom(payload.Data.Span);

    private static bool IsOwnType(string parameter) =>
        parameter.StartsWith(TypeParameter, StringComparison.OrdinalIgnoreCase) && parameter[TypeParameter.Length..].Trim('"') == FullName;
}
