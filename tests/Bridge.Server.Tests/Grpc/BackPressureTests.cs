using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Grpc.Core;

namespace Bridge.Server.Tests.Grpc;

public sealed class BackPressureTests
{
    private const int PartBytes = 32 * 1024;
    private const int Parts = 1024;

    /// <summary>What may lie between the two: the queue, the buffers of both Kestrel and client, HTTP/2's windows.</summary>
    private const int MostBytesUnderway = 4 * 1024 * 1024;

    [Fact]
    [Covers("GAP-19", "HTTP-46", "CORE-11", "PB-09")]
    public async Task A_driver_that_does_not_read_holds_up_the_application_after_a_bounded_number_of_bytes()
    {
        var sent = 0L;
        var heldUp = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async (_, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            for (var part = 1; part <= Parts; part++)
            {
                Interlocked.Add(ref sent, PartBytes);
                var sending = send(new HttpResponseBodyEvent { Body = new byte[PartBytes], MoreBody = part < Parts }).AsTask();
                if (!sending.IsCompleted || part == Parts)
                {
                    heldUp.TrySetResult();
                }

                await sending;
            }
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart());
        await heldUp.Task.WithDeadline();

        var read = 0L;
        while (await call.Raw.ResponseStream.MoveNext(CancellationToken.None).WithDeadline())
        {
            Assert.InRange(Interlocked.Read(ref sent) - read, 0, MostBytesUnderway);
            read += call.Raw.ResponseStream.Current.Event.HttpResponseBody?.Body.Length ?? 0;
        }

        Assert.Equal((long)Parts * PartBytes, read);
    }

    [Fact]
    [Covers("GAP-19", "HTTP-46", "CORE-11", "PB-09")]
    public async Task An_application_that_does_not_receive_holds_up_its_driver_after_a_bounded_number_of_bytes()
    {
        var sent = 0L;
        var underway = new List<long>();
        var heldUp = new SemaphoreSlim(0);
        var taken = new SemaphoreSlim(0);
        await using var host = await GrpcHost.StartAsync(async (scope, receive, send) =>
        {
            var read = 0L;
            HttpRequestEvent part;
            do
            {
                await heldUp.WaitAsync().WithDeadline();
                part = (HttpRequestEvent)await receive();
                underway.Add(Interlocked.Read(ref sent) - read);
                read += part.BodyOrDefault.Length;
                taken.Release();
            }
            while (part.MoreBodyOrDefault);
            await Applications.Hello(scope, receive, send);
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart());
        var taking = Task.CompletedTask;
        for (var part = 1; part <= Parts; part++)
        {
            Interlocked.Add(ref sent, PartBytes);
            var write = call.Raw.RequestStream.WriteAsync(Messages.Body(new byte[PartBytes], more: part < Parts));
            while (!write.IsCompleted)
            {
                // The application takes one part after the other until that has made room: one may not be enough.
                if (taking.IsCompleted)
                {
                    heldUp.Release();
                    taking = taken.WaitAsync();
                }

                await Task.WhenAny(write, taking).WithDeadline();
            }

            await write;
        }

        heldUp.Release(Parts);
        (await call.EndAsync()).AssertIs(StatusCode.OK, "finished");
        Assert.Equal(Parts, underway.Count);
        Assert.All(underway, bytes => Assert.InRange(bytes, 0, MostBytesUnderway));
    }

    [Fact]
    [Covers("GAP-19")]
    public async Task The_queue_takes_no_more_than_its_limits_and_loses_nothing()
    {
        var queue = new ReceiveQueue(maxEvents: 2, maxBytes: 100);
        Assert.True(queue.AddAsync(Event(0), 1).AsTask().IsCompletedSuccessfully);
        var full = queue.AddAsync(Event(1), 1).AsTask();
        Assert.False(full.IsCompleted);

        await queue.TakeAsync(default).WithDeadline();
        await full.WithDeadline();
        var tooManyBytes = queue.AddAsync(Event(2), 100).AsTask();
        Assert.False(tooManyBytes.IsCompleted);

        Assert.Equal("e.1", (await queue.TakeAsync(default).WithDeadline()).Type);
        Assert.Equal("e.2", (await queue.TakeAsync(default).WithDeadline()).Type);
        await tooManyBytes.WithDeadline();
    }

    [Fact]
    [Covers("GAP-14")]
    public async Task A_receive_that_is_given_up_loses_no_event()
    {
        var queue = new ReceiveQueue(maxEvents: 2, maxBytes: 100);
        using var cancel = new CancellationTokenSource();
        var given = queue.TakeAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.WithDeadline());

        await queue.AddAsync(Event(7), 1);

        Assert.Equal("e.7", (await queue.TakeAsync(default).WithDeadline()).Type);
    }

    [Fact]
    [Covers("GAP-16", "PB-11")]
    public async Task The_end_overtakes_what_waits_and_frees_who_waits()
    {
        var queue = new ReceiveQueue(maxEvents: 1, maxBytes: 100);
        var adding = queue.AddAsync(Event(0), 1).AsTask();
        queue.End(Event(9));

        await adding.WithDeadline();
        Assert.Equal("e.9", (await queue.TakeAsync(default).WithDeadline()).Type);
        await queue.AddAsync(Event(1), 1).WithDeadline();
        Assert.Equal("e.9", (await queue.TakeAsync(default).WithDeadline()).Type);
    }

    private static CustomEvent Event(int number) => new($"e.{number}");
}
