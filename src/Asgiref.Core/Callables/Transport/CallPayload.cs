namespace Asgiref.Core.Callables.Transport;

/// <summary>An argument, a result or an item as it crosses a wire. The memory is never changed.</summary>
/// <param name="ContentType">What the bytes are; empty for nothing at all.</param>
/// <param name="Data">The bytes.</param>
internal readonly record struct CallPayload(string ContentType, ReadOnlyMemory<byte> Data)
{
    /// <summary>No argument, or no result.</summary>
    public static CallPayload None => new("", default);

    /// <summary>Whether it is nothing.</summary>
    public bool IsNone => string.IsNullOrEmpty(ContentType) && Data.IsEmpty;
}
