namespace Bridge.Client.Workers;

/// <summary>The worker's source of randomness, one caller at a time.</summary>
internal sealed class SharedRandom(Random random)
{
    private readonly Lock _gate = new();

    /// <summary>0 up to, and without, 1.</summary>
    public double Next()
    {
        lock (_gate)
        {
            return random.NextDouble();
        }
    }
}
