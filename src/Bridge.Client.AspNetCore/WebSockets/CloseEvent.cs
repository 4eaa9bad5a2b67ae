using System.Net.WebSockets;
using System.Text;
using Asgiref.Core.Events;

namespace Bridge.Client.AspNetCore.WebSockets;

/// <summary>Makes ASGI's close of the platform's.</summary>
internal static class CloseEvent
{
    private const int MaxReasonBytes = 123;

    /// <exception cref="ArgumentException">A code that may not be sent, or a reason that is too long.</exception>
    public static WebSocketCloseEvent Make(WebSocketCloseStatus status, string? reason)
    {
        if (status == WebSocketCloseStatus.Empty)
        {
            // The bridge cannot send a close frame without a code.
            return string.IsNullOrEmpty(reason)
                ? new WebSocketCloseEvent()
                : throw new ArgumentException("A close without a status has no description.", nameof(reason));
        }

        var code = (int)status;
        if (code is < 1000 or > 4999 or 1004 or 1006 or 1015)
        {
            throw new ArgumentException($"The close status code '{code}' is reserved for system use only and cannot be specified when calling this method.", nameof(status));
        }

        if (reason is not null && Encoding.UTF8.GetByteCount(reason) > MaxReasonBytes)
        {
            throw new ArgumentException($"The close status description is too long: it takes more than {MaxReasonBytes} bytes of UTF-8.", nameof(reason));
        }

        return new WebSocketCloseEvent { Code = code, Reason = reason };
    }
}
