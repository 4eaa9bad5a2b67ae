using Bridge.Bench.Bare;
using Bridge.Protocol.V1;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Bridge.Bench;

/// <summary>The same load on a bare duplex echo: as many messages, as large.</summary>
internal sealed class BareLoad(GrpcChannel channel, int streams)
{
    private static readonly BareMessage Start = OfSize(RunLoad.GetStart);
    private static readonly BareMessage Body = OfSize(RunLoad.GetBody);
    private static readonly BareMessage Message = OfSize(RunLoad.Message);
    private readonly BareEcho.BareEchoClient _client = new(channel);

    public Task<double> ExchangesAsync(TimeSpan time) => StreamLoad.MeasureAsync(streams, time, async hasTime =>
    {
        long count = 0;
        while (hasTime())
        {
            using var call = _client.Exchange();
            await call.RequestStream.WriteAsync(Start);
            await call.RequestStream.WriteAsync(Body);
            await call.RequestStream.CompleteAsync();
            var messages = 0;
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
                messages++;
            }

            count += messages == 2 ? 1 : throw new InvalidOperationException($"The echo sent {messages} messages.");
        }

        return count;
    });

    /// <summary>One unary call for each exchange; the message has the size of the first of the others.</summary>
    public Task<double> UnaryAsync(TimeSpan time) => StreamLoad.MeasureAsync(streams, time, async hasTime =>
    {
        long count = 0;
        while (hasTime())
        {
            var answer = await _client.UnaryAsync(Start);
            count += answer.Payload.Length == Start.Payload.Length ? 1 : throw new InvalidOperationException("The echo is another message.");
        }

        return count;
    });

    public Task<double> MessagesAsync(TimeSpan time) => StreamLoad.MeasureAsync(streams, time, async hasTime =>
    {
        using var call = _client.Exchange();
        long count = 0;
        while (hasTime())
        {
            await call.RequestStream.WriteAsync(Message);
            count += await call.ResponseStream.MoveNext(CancellationToken.None) ? 1 : throw new InvalidOperationException("The echo ended.");
        }

        return count;
    });

    /// <summary>The bytes of a feed's events and back, a message of many events at a time, four of them under way.</summary>
    public Task<double> FeedAsync(TimeSpan time) => StreamLoad.MeasureAsync(1, time, async hasTime =>
    {
        using var call = _client.Exchange();
        var (sent, echoed) = (0, 0);
        var message = new BareMessage { Payload = FeedLoad.Sample.ToByteString() };
        while (hasTime() || echoed < sent)
        {
            for (; hasTime() && sent - echoed < 4; sent++)
            {
                await call.RequestStream.WriteAsync(message);
            }

            echoed += await call.ResponseStream.MoveNext(CancellationToken.None) ? 1 : throw new InvalidOperationException("The echo ended.");
        }

        return (long)echoed * FeedLoad.SampleEvents;
    });

    private static BareMessage OfSize(RunRequest message) => new() { Payload = ByteString.CopyFrom(new byte[message.CalculateSize()]) };
}
