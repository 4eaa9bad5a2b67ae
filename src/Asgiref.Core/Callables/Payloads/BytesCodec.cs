namespace Asgiref.Core.Callables.Payloads;

/// <summary>Bytes as they are.</summary>
internal abstract class BytesCodec<T> : PayloadCodec<T>
{
    public override string ContentType => "application/octet-stream";
}
