using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>Errors, aborts and clients that go.</summary>
public abstract partial class OrdinaryApplicationTests
{
    [Fact]
    public async Task An_error_before_the_start_is_an_empty_500_without_the_applications_fields()
    {
        var completed = Signal<int>();
        await using var served = await ServeAsync(app => app.Run(context =>
        {
            context.Response.Headers["X-Own"] = "1";
            context.Response.StatusCode = 201;
            context.Response.OnCompleted(() =>
            {
                completed.SetResult(context.Response.StatusCode);
                return Task.CompletedTask;
            });
            throw new InvalidDataException("boom");
        }));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");

        Assert.Equal((HttpStatusCode.InternalServerError, 0L), (response.StatusCode, response.Content.Headers.ContentLength));
        Assert.False(response.Headers.Contains("X-Own"));
        Assert.Equal(500, await completed.Task.WithDeadline());
        Assert.Contains("boom", Assert.Single(served.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_after_the_start_cuts_the_response()
    {
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            await context.Response.WriteAsync("half");
            throw new InvalidDataException("boom");
        }));
        using var client = served.CreateClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/"));

        Assert.Contains("boom", Assert.Single(served.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_handler_answers_in_place_of_what_was_not_flushed()
    {
        await using var served = await ServeAsync(app =>
        {
            app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("handled")));
            app.Run(context => throw new InvalidDataException("boom"));
        });
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");

        Assert.Equal((HttpStatusCode.InternalServerError, "handled"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_bad_request_error_has_its_own_status()
    {
        await using var served = await ServeAsync(app => app.Run(_ => throw new BadHttpRequestException("no", 422)));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");

        Assert.Equal((422, ""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("line\r\nbreak")]
    [InlineData("caf\u00e9")]
    public async Task A_header_value_that_cannot_be_sent_is_an_error(string value)
    {
        await using var served = await ServeAsync(app => app.Run(context =>
        {
            context.Response.Headers["X-Bad"] = value;
            return context.Response.WriteAsync("never");
        }));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");

        Assert.Equal((HttpStatusCode.InternalServerError, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Single(served.Errors);
    }

    [Fact]
    public async Task An_abort_after_the_start_cuts_the_response_at_once()
    {
        var seen = Signal();
        var aborted = Signal<bool>();
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            await context.Response.WriteAsync("half");
            context.Abort();
            await seen.Task.WithDeadline();
            await context.Response.WriteAsync("a write that goes nowhere");
            aborted.SetResult(context.RequestAborted.IsCancellationRequested);
        }));
        using var client = served.CreateClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/"));
        seen.SetResult();

        Assert.True(await aborted.Task.WithDeadline());
        Assert.Empty(served.Errors);
    }

    [Fact]
    public async Task An_abort_before_the_start_gives_no_success()
    {
        await using var served = await ServeAsync(app => app.Run(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        }));
        using var client = served.CreateClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/"));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "Content-Length: 4\r\n")]
    public async Task A_client_that_goes_cancels_the_request(string method, string headers)
    {
        var started = Signal();
        var cancelled = Signal();
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                await new StreamReader(context.Request.Body).ReadToEndAsync();
            }

            using var registration = context.RequestAborted.Register(cancelled.SetResult);
            started.SetResult();
            await cancelled.Task.WithDeadline();
        }));
        using var connection = await served.ConnectAsync();

        await connection.SendAsync($"{method} / HTTP/1.1\r\nHost: x\r\n{headers}\r\n{(headers.Length > 0 ? "body" : "")}");
        await started.Task.WithDeadline();
        connection.Reset();

        await cancelled.Task.WithDeadline();
        Assert.Empty(served.Errors);
    }

    [Fact]
    public async Task Writes_to_a_client_that_has_gone_do_nothing()
    {
        var started = Signal();
        var ended = Signal<bool>();
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            var gone = Signal();
            using var registration = context.RequestAborted.Register(gone.SetResult);
            await context.Response.WriteAsync("begin");
            started.SetResult();
            await gone.Task.WithDeadline();
            await context.Response.WriteAsync("nobody reads this");
            var result = await context.Response.BodyWriter.FlushAsync();
            ended.SetResult(result.IsCompleted);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => context.Response.WriteAsync("nor this", context.RequestAborted));
        }));
        using var connection = await served.ConnectAsync();

        await connection.RequestAsync();
        await started.Task.WithDeadline();
        connection.Reset();

        Assert.True(await ended.Task.WithDeadline());
        Assert.Empty(served.Errors);
    }

    [Fact]
    public async Task A_cut_request_body_raises_in_its_reader()
    {
        var failure = Signal<Exception?>();
        var reading = Signal();
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[4]);
            reading.SetResult();
            failure.SetResult(await Record.ExceptionAsync(() => context.Request.Body.ReadAsync(new byte[4]).AsTask()));
        }));
        using var connection = await served.ConnectAsync();

        await connection.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nbody");
        await reading.Task.WithDeadline();
        connection.HalfClose();

        Assert.IsAssignableFrom<IOException>(await failure.Task.WithDeadline());
        Assert.Empty(served.Errors);
    }

    [Fact]
    public async Task A_client_that_stops_reading_and_goes_frees_the_application()
    {
        var ended = Signal();
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            var part = new byte[1024 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(part);
            }

            ended.SetResult();
        }));
        using (var connection = await served.ConnectAsync())
        {
            await connection.RequestAsync();
            await connection.ReadThroughAsync("\r\n\r\n");
            connection.Reset();
        }

        await ended.Task.WithDeadline();
        Assert.Empty(served.Errors);
    }

    [Fact]
    public async Task Keeping_the_streams_beyond_the_request_raises()
    {
        var completed = Signal<Exception?>();
        await using var served = await ServeAsync(app => app.Run(context =>
        {
            var body = context.Response.Body;
            context.Response.OnCompleted(async () => completed.SetResult(await Record.ExceptionAsync(() => body.WriteAsync(new byte[1]).AsTask())));
            return Task.CompletedTask;
        }));
        using var client = served.CreateClient();

        await client.GetStringAsync("/");

        Assert.IsAssignableFrom<InvalidOperationException>(await completed.Task.WithDeadline());
    }
}
