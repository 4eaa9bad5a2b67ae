using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Bridge.Client.AspNetCore.Requests;
using Bridge.Client.AspNetCore.Responses;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Client.AspNetCore;

/// <summary>Makes an ASGI application of an ASP.NET Core one.</summary>
public static class HttpContextApplication
{
    /// <summary>
    /// The application for scopes of the types http and websocket, with the behaviour of Kestrel as far as an application or its
    /// clients can tell (docs/decisions/aspnetcore-server.md). It answers lifespan, which is the host's own affair, and refuses
    /// other types (CORE-14). Safe for concurrent use.
    /// </summary>
    /// <typeparam name="TContext">The application's own type for a request.</typeparam>
    /// <param name="application">What a server is given at its start.</param>
    /// <param name="options">What the application is allowed; null for the defaults.</param>
    /// <param name="logger">Told what the application raises; null for nobody.</param>
    public static AsgiApplication Create<TContext>(
        IHttpApplication<TContext> application, HttpContextApplicationOptions? options = null, ILogger? logger = null)
        where TContext : notnull
    {
        ArgumentNullException.ThrowIfNull(application);
        options ??= new HttpContextApplicationOptions();
        options.Check();
        return new Runner<TContext>(application, options, logger ?? NullLogger.Instance).RunAsync;
    }

    private sealed class Runner<TContext>(IHttpApplication<TContext> application, HttpContextApplicationOptions options, ILogger logger)
        where TContext : notnull
    {
        public Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send) => scope switch
        {
            ConnectionScope connection => ServeAsync(connection, receive, send),
            LifespanScope => AnswerLifespanAsync(receive, send),
            _ => throw new NotSupportedException($"An ASP.NET Core application serves HTTP and WebSockets, not \"{scope.Type}\"."),
        };

        private static async Task AnswerLifespanAsync(AsgiReceive receive, AsgiSend send)
        {
            while (true)
            {
                switch (await receive().ConfigureAwait(false))
                {
                    case LifespanStartupEvent:
                        await send(LifespanStartupCompleteEvent.Instance).ConfigureAwait(false);
                        break;
                    case LifespanShutdownEvent:
                        await send(LifespanShutdownCompleteEvent.Instance).ConfigureAwait(false);
                        return;
                }
            }
        }

        private Task ServeAsync(ConnectionScope scope, AsgiReceive receive, AsgiSend send)
        {
            RequestTarget target;
            try
            {
                target = RequestTarget.Of(scope);
            }
            catch (InvalidOperationException)
            {
                return RefuseAsync(scope, send, StatusCodes.Status400BadRequest);
            }

            var request = new RequestFeatures(scope, in target, receive, send, options, logger);
            _ = ServeAsync(request, isWebSocket: scope is WebSocketScope);
            return request.Ended;
        }

        private static async Task RefuseAsync(ConnectionScope scope, AsgiSend send, int status)
        {
            var outlet = ResponseOutlet.For(scope, send);
            await outlet.StartAsync(status, [], trailers: false).ConfigureAwait(false);
            await outlet.SendAsync(ReadOnlyMemory<byte>.Empty, moreBody: false, CancellationToken.None).ConfigureAwait(false);
        }

        /// <summary>Raises nothing: the end of the instance is the request's own.</summary>
        private async Task ServeAsync(RequestFeatures request, bool isWebSocket)
        {
            try
            {
                if (isWebSocket && !await request.TakeConnectAsync().ConfigureAwait(false))
                {
                    request.End(error: null);
                    return;
                }

                var context = application.CreateContext(request);
                await ProcessAsync(request, context).ConfigureAwait(false);
                request.CloseStreams();
                var broken = await FinishAsync(request).ConfigureAwait(false);
                await request.Response.RunOnCompletedAsync().ConfigureAwait(false);
                application.DisposeContext(context, request.Error);
                request.End(broken);
            }
            catch (Exception error)
            {
                request.End(error);
            }
        }

        private async Task ProcessAsync(RequestFeatures request, TContext context)
        {
            try
            {
                await application.ProcessRequestAsync(context).ConfigureAwait(false);
                await request.Response.RunOnStartingAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException && request.IsAborted)
            {
                Log.RaisedAfterAbort(logger, error, request.TraceIdentifier);
            }
            catch (Exception error)
            {
                request.Fail(error);
            }
        }

        /// <summary>Sends the end of the response, or an error in place of one that has not begun.</summary>
        /// <returns>Why the client must not take its response for a whole one; null if it may.</returns>
        private async Task<Exception?> FinishAsync(RequestFeatures request)
        {
            var response = request.Response;
            if (request.Error is null && !request.IsAborted)
            {
                try
                {
                    await response.CompleteAsync().ConfigureAwait(false);
                }
                catch (Exception error)
                {
                    request.Fail(error);
                }
            }

            if (request.IsAborted)
            {
                if (!response.HasStarted)
                {
                    // Nobody sees it, but logs do.
                    response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                }

                return null;
            }

            if (request.Error is not { } failure)
            {
                return null;
            }

            if (response.HasStarted && !(response.IsComplete && !request.IsUpgraded))
            {
                // Whoever runs the instance logs what comes out of it.
                return failure;
            }

            if (failure is BadHttpRequestException { StatusCode: var refused })
            {
                Log.Rejected(logger, failure, request.TraceIdentifier, refused);
            }
            else
            {
                Log.ApplicationRaised(logger, failure, request.TraceIdentifier);
            }

            if (!response.HasStarted)
            {
                response.Reset((failure as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status500InternalServerError);
                response.Headers.ContentLength = 0;
                await response.CompleteAsync().ConfigureAwait(false);
            }

            return null;
        }
    }
}
