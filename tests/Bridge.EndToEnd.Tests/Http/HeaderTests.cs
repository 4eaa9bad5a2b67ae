using System.Text;
using Bridge.EndToEnd.Tests.Running;

namespace Bridge.EndToEnd.Tests.Http;

[Collection(SharedBridge.Name)]
public sealed class HeaderTests(SharedBridge shared)
{
    [Fact]
    [Covers("HTTP-04", "HTTP-21")]
    public async Task A_header_repeated_99_times_keeps_its_order_through_the_bridge()
    {
        var values = Enumerable.Range(0, 99).Select(number => Encoding.ASCII.GetBytes($"{number}")).ToArray();

        var reflected = await ReflectAsync("x-echo-part", values);

        Assert.Equal(values, reflected);
    }

    [Fact]
    [Covers("HTTP-04")]
    public async Task Header_bytes_that_are_not_utf8_cross_the_bridge_unchanged()
    {
        byte[][] values = [[0xFF, 0xFE, 0x80], [0xC3, 0x28, 0xE9]];

        var reflected = await ReflectAsync("x-echo-raw", values);

        Assert.Equal(values, reflected);
    }

    private async Task<byte[][]> ReflectAsync(string name, byte[][] values)
    {
        using var request = new MemoryStream();
        request.Write("GET /echo HTTP/1.1\r\nhost: bridge\r\nconnection: close\r\n"u8);
        foreach (var value in values)
        {
            request.Write(Encoding.ASCII.GetBytes($"{name}: "));
            request.Write(value);
            request.Write("\r\n"u8);
        }

        request.Write("\r\n"u8);
        var answer = await RawHttp.ExchangeAsync(shared.Samples.Http("/"), request.ToArray());
        Assert.True(answer.AsSpan().StartsWith("HTTP/1.1 200 "u8), Encoding.Latin1.GetString(answer));
        return [.. RawHttp.HeadersOf(answer).Where(field => field.Name == name).Select(field => field.Value)];
    }
}
