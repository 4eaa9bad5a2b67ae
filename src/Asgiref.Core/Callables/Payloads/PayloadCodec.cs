using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Payloads;

/// <summary>Writes and reads the values of one type. Safe for concurrent use.</summary>
/// <typeparam name="T">The type.</typeparam>
internal abstract class PayloadCodec<T>
{
    /// <summary>What it writes, and for messages what it reads.</summary>
    public abstract string ContentType { get; }

    /// <summary>Whether it reads such bytes. Here: the media type is its own, whatever the parameters, and without regard to case.</summary>
    public virtual bool Reads(string contentType) =>
        contentType == ContentType || MediaType(contentType).Equals(MediaType(ContentType), StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes a value; may throw anything if it can't be written.</summary>
    public abstract CallPayload Write(T value);

    /// <summary>Reads a value of a content type that it <see cref="Reads"/>; may throw anything if the bytes are not one.</summary>
    public abstract T Read(CallPayload payload);

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="callable">For the message.</param>
    /// <param name="what">For the message: what the value is to the callable.</param>
    /// <exception cref="PayloadException">It can't be written.</exception>
    public CallPayload Encode(T value, string callable, string what)
    {
        try
        {
            return Write(value);
        }
        catch (Exception error)
        {
            throw new PayloadException($"The {what} of '{callable}' can't be written as {ContentType}: {error.Message}", error);
        }
    }

    /// <summary>Reads a value.</summary>
    /// <inheritdoc cref="Encode"/>
    /// <exception cref="PayloadException">It is of another content type, or can't be read.</exception>
    public T Decode(CallPayload payload, string callable, string what)
    {
        if (!Reads(payload.ContentType))
        {
            throw new PayloadException($"The {what} of '{callable}' is to be {Named(ContentType)}, not {Named(payload.ContentType)}.", null);
        }

        try
        {
            return Read(payload);
        }
        catch (Exception error)
        {
            throw new PayloadException($"The {what} of '{callable}' can't be read as {ContentType}: {error.Message}", error);
        }
    }

    private static string Named(string contentType) => contentType.Length switch
    {
        0 => "nothing",
        > 128 => $"{contentType.AsSpan(0, 128)}…",
        _ => contentType,
    };

    private static ReadOnlySpan<char> MediaType(string contentType)
    {
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return contentType.AsSpan(0, end < 0 ? contentType.Length : end).Trim();
    }
}
