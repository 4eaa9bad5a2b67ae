using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>Reads the end of a stream: a result without a value. Anything else comes from a callable that is none.</summary>
internal sealed class StreamEnd : PayloadCodec<NoValue>
{
    public static StreamEnd Codec { get; } = new();

    public override string ContentType => "";

    public override bool Reads(string contentType) => true;

    public override CallPayload Write(NoValue value) => CallPayload.None;

    public override NoValue Read(CallPayload payload) => payload.IsNone
        ? default
        : throw new InvalidOperationException("it is one value, and not the end of a stream.");
}
