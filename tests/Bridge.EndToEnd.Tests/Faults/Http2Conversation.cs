using System.Net;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>HTTP/2 over the platform's client, whose cancellation resets the stream.</summary>
internal sealed class Http2Conversation(Field field, string id, Point point) : Conversation(field, id, point)
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly StepwiseContent _content = new();
    private Task<HttpResponseMessage>? _answer;

    public override async Task ReachAsync()
    {
        var request = Field.Http2Request(HttpMethod.Post, $"follow{Query}");
        request.Content = _content;
        _answer = Field.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _leaving.Token);
        await UntilSaidAsync("began");
        if (Point >= Point.Middle)
        {
            await _content.WriteAsync("part"u8.ToArray());
            await UntilSaidAsync("part");
        }

        if (Point >= Point.Asked)
        {
            _content.Complete();
            await UntilSaidAsync(Point switch { Point.Asked => "whole", Point.Answering => "sent", _ => "flooding" });
        }
    }

    /// <summary>A token that has fired stops no response that has begun: that is let go of by its own disposal.</summary>
    public override void Leave()
    {
        _leaving.Cancel();
        if (_answer is { IsCompletedSuccessfully: true })
        {
            _answer.Result.Dispose();
        }
    }

    public override async Task<string> OutcomeAsync()
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _answer!.WithDeadline();
        }
        catch (HttpRequestException)
        {
            return "none";
        }

        using (answer)
        {
            try
            {
                await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null).WithDeadline();
                return ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                return "aborted";
            }
        }
    }

    public override ValueTask DisposeAsync()
    {
        _content.Complete();
        Leave();
        _leaving.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A body of parts that the test gives one by one.</summary>
    private sealed class StepwiseContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task WriteAsync(ReadOnlyMemory<byte> part)
        {
            var stream = await _stream.Task.WithDeadline();
            await stream.WriteAsync(part).WithDeadline();
            await stream.FlushAsync().WithDeadline();
        }

        public void Complete() => _complete.TrySetResult();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            // The client keeps the head of the request back until then.
            await stream.FlushAsync(cancellationToken);
            _stream.TrySetResult(stream);
            await _complete.Task.WaitAsync(cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
