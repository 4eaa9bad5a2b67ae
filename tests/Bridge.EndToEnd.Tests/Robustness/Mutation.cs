namespace Bridge.EndToEnd.Tests.Robustness;

/// <summary>Changes valid input a little, or makes nonsense.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] valid, Random random) => random.Next(8) switch
    {
        0 => Noise(random),
        1 => valid[..random.Next(valid.Length + 1)],
        2 => [.. valid, .. Noise(random)],
        3 => [.. valid[..random.Next(valid.Length)], .. Noise(random), .. valid[random.Next(valid.Length)..]],
        _ => FlipBytes(valid, random),
    };

    private static byte[] FlipBytes(byte[] valid, Random random)
    {
        byte[] changed = [.. valid];
        for (var flips = random.Next(1, 6); flips > 0 && changed.Length > 0; flips--)
        {
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
        }

        return changed;
    }

    private static byte[] Noise(Random random)
    {
        var noise = new byte[random.Next(200)];
        random.NextBytes(noise);
        return noise;
    }
}
