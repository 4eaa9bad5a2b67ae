using System.Text;
using Asgiref.Core.Headers;
using Bridge.Client.AspNetCore.Requests;
using Microsoft.AspNetCore.Http;

namespace Bridge.Client.AspNetCore.Responses;

/// <summary>Makes ASGI's fields of the platform's header dictionary.</summary>
internal static class ResponseHeaders
{
    /// <summary>Every value a field of its own, in order.</summary>
    /// <param name="headers">The dictionary.</param>
    /// <param name="isHandshake">Leaves out the fields by which the handshake is negotiated: they are the bridge's.</param>
    /// <exception cref="InvalidOperationException">A value is not ASCII, which Kestrel refuses as well.</exception>
    public static AsgiHeaders Convert(IHeaderDictionary headers, bool isHandshake = false)
    {
        var count = 0;
        foreach (var (_, values) in headers)
        {
            count += values.Count;
        }

        if (count == 0)
        {
            return AsgiHeaders.Empty;
        }

        var fields = new AsgiHeader[count];
        var made = 0;
        foreach (var (name, values) in headers)
        {
            if (isHandshake && IsOfHandshake(name))
            {
                continue;
            }

            var nameBytes = HeaderNames.BytesOf(name);
            foreach (var value in values)
            {
                fields[made++] = new AsgiHeader(nameBytes, Encode(name, value ?? ""));
            }
        }

        return AsgiHeaders.Wrap(made == count ? fields : fields[..made]);
    }

    private static bool IsOfHandshake(string name) =>
        name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);

    private static byte[] Encode(string name, string value)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(value.Length);
        return Ascii.FromUtf16(value, bytes, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : throw new InvalidOperationException($"The value of the header {name} holds a character that is not ASCII.");
    }
}
