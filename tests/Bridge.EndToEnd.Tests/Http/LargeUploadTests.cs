using System.Security.Cryptography;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Http;

public sealed class LargeUploadTests
{
    private const int Megabyte = 1024 * 1024;
    private const int BodyMegabytes = 200;
    private const int MemoryLimitMegabytes = 200;

    [CurlFact]
    public async Task A_200_MB_upload_comes_back_identical_while_the_memory_stays_under_200_MB()
    {
        Tool.Curl.Require();
        var folder = RunFolder.Of("upload");
        var (sent, received) = (Path.Combine(folder, "sent"), Path.Combine(folder, "received"));
        var hash = await WriteRandomAsync(sent);
        // A process of its own: its peak is this upload's.
        await using var bridge = await BridgeProcess.StartAsync(ServerSettings.Samples);

        var result = await ExternalCommand.RunAsync(
            "curl", ["-sS", "--fail", "-m", "500", "-T", sent, "-o", received, bridge.Http("/echo").AbsoluteUri]);

        Assert.True(result.ExitCode == 0, $"{result}\n{bridge.Said}");
        await using (var back = File.OpenRead(received))
        {
            Assert.Equal(BodyMegabytes * (long)Megabyte, back.Length);
            Assert.Equal(hash, await SHA256.HashDataAsync(back));
        }

        var peak = bridge.PeakMemory / Megabyte;
        Assert.True(peak < MemoryLimitMegabytes, $"The peak was {peak} MiB.");
        File.Delete(sent);
        File.Delete(received);
    }

    private static async Task<byte[]> WriteRandomAsync(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = File.Create(path);
        var part = new byte[Megabyte];
        for (var index = 0; index < BodyMegabytes; index++)
        {
            RandomNumberGenerator.Fill(part);
            hash.AppendData(part);
            await file.WriteAsync(part);
        }

        return hash.GetHashAndReset();
    }
}
