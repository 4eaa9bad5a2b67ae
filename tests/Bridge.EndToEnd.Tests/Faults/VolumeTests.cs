using FaultWorker;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>Large bodies through the programs as they are deployed.</summary>
public sealed class VolumeTests
{
    private const long Megabyte = 1000 * 1000;
    private const long MemoryLimit = 150 * Megabyte;

    private static readonly long Bytes = StressSettings.IsLong ? 1000 * Megabyte : 200 * Megabyte;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_large_upload_comes_whole_while_bridge_and_worker_stay_under_150_MB()
    {
        await using var field = await Field.StartPublishedAsync();
        var worker = await field.AddWorkerAsync("w1");

        Assert.Equal(Pattern.HashOf(Bytes), await Transfers.UploadAsync(field, Bytes).WithDeadline(Patience));

        AssertMemory(field, worker);
        await field.AssertQuietAsync();
    }

    [Fact]
    public async Task A_large_download_comes_whole_while_bridge_and_worker_stay_under_150_MB()
    {
        await using var field = await Field.StartPublishedAsync();
        var worker = await field.AddWorkerAsync("w1");

        Assert.Equal(Pattern.HashOf(Bytes), await Transfers.DownloadAsync(field, Bytes).WithDeadline(Patience));

        AssertMemory(field, worker);
        await field.AssertQuietAsync();
    }

    private static void AssertMemory(Field field, FaultWorkerProcess worker)
    {
        var (bridge, peer) = (field.Bridge.PeakMemory, worker.PeakMemory);
        Assert.True(bridge < MemoryLimit && peer < MemoryLimit, $"The peak of the bridge was {bridge / Megabyte} MB, that of the worker {peer / Megabyte} MB.");
    }
}
