using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Payloads;

/// <summary>Nothing is written as nothing.</summary>
internal sealed class NoValueCodec : PayloadCodec<NoValue>
{
    public override string ContentType => "";

    public override CallPayload Write(NoValue value) => CallPayload.None;

    public override NoValue Read(CallPayload payload) => payload.Data.IsEmpty
        ? default
        : throw new ArgumentException($"there are {payload.Data.Length} bytes without a content type.");
}
