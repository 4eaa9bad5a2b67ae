using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;

namespace Bridge.Server.Tests.Http;

/// <summary>What the applications of the tests have in common.</summary>
internal static class Apps
{
    public static HttpResponseStartEvent Start(int status = 200, params ReadOnlySpan<(string, string)> headers) =>
        new() { Status = status, Headers = AsgiHeaders.Of(headers) };

    public static HttpResponseBodyEvent Body(string text = "", bool moreBody = false) =>
        new() { Body = Encoding.Latin1.GetBytes(text), MoreBody = moreBody };

    public static async Task RespondAsync(AsgiSend send, string body = "", int status = 200, params (string, string)[] headers)
    {
        await send(Start(status, headers));
        await send(Body(body));
    }

    public static AsgiApplication Answering(string body, int status = 200, params (string, string)[] headers) =>
        (_, _, send) => RespondAsync(send, body, status, headers);

    /// <summary>Answers at once and hands out the scope.</summary>
    public static AsgiApplication Capturing(TaskCompletionSource<HttpScope> scope) => (seen, _, send) =>
    {
        scope.TrySetResult((HttpScope)seen);
        return RespondAsync(send);
    };

    /// <summary>The same <c>receive</c>; each call that cannot be answered at once is told, when it has begun its wait.</summary>
    public static AsgiReceive TellingWaits(AsgiReceive receive, SemaphoreSlim waits) => async cancellationToken =>
    {
        var pending = receive(cancellationToken);
        if (!pending.IsCompleted)
        {
            waits.Release();
        }

        return await pending;
    };

    /// <summary>Reads the request body to its end; null if the client left first.</summary>
    public static async Task<byte[]?> ReadBodyAsync(AsgiReceive receive)
    {
        var body = new MemoryStream();
        while (await receive() is HttpRequestEvent part)
        {
            body.Write(part.BodyOrDefault.Span);
            if (!part.MoreBodyOrDefault)
            {
                return body.ToArray();
            }
        }

        return null;
    }

    /// <summary>Streams the request body back.</summary>
    public static async Task EchoAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        await send(Start());
        while (await receive() is HttpRequestEvent part)
        {
            await send(new HttpResponseBodyEvent { Body = part.BodyOrDefault, MoreBody = part.MoreBodyOrDefault });
            if (!part.MoreBodyOrDefault)
            {
                break;
            }
        }
    }
}
