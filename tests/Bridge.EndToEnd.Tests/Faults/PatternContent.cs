using System.Net;
using FaultWorker;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>A request body of so many bytes, made as it is sent.</summary>
internal sealed class PatternContent(long bytes) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var pattern = new Pattern();
        for (var left = bytes; left > 0;)
        {
            var part = pattern.Next(left);
            await stream.WriteAsync(part);
            left -= part.Length;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = bytes;
        return true;
    }
}
