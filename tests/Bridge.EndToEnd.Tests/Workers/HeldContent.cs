using System.Net;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>A request body whose second half waits, so that its instance runs for as long as the test likes.</summary>
internal sealed class HeldContent : HttpContent
{
    private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _rest.SetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync("first "u8.ToArray(), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        await _rest.Task.WaitAsync(cancellationToken).WithDeadline();
        await stream.WriteAsync("second"u8.ToArray(), cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
