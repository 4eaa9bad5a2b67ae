namespace Asgiref.Core.Callables.Payloads;

/// <summary>A value can't be written or read; each side of a call has its own way to say so.</summary>
internal sealed class PayloadException(string message, Exception? inner) : Exception(message, inner);
