namespace Asgiref.Core.Callables.Payloads;

/// <summary>Knows how values of some types are written. Safe for concurrent use.</summary>
internal interface IPayloadFormat
{
    /// <summary>The codec of a type; null if this format does not do it. Asked once for each use of a type, not for each call.</summary>
    PayloadCodec<T>? Find<T>();
}
