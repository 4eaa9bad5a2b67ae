using Asgiref.Core.Callables.Payloads;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>How a function is called that lives elsewhere.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Input">Writes its argument.</param>
/// <param name="Output">Reads its result, or its items.</param>
/// <param name="CallTime">The time of its calls; null for the usual.</param>
internal sealed record RemoteFunction<TIn, TOut>(string Name, PayloadCodec<TIn> Input, PayloadCodec<TOut> Output, TimeSpan? CallTime);
