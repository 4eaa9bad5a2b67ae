namespace Bridge.Client.Tests.Workers;

/// <summary>Always the same number, from 0 up to, and without, 1.</summary>
internal sealed class FixedRandom(double value) : Random
{
    public override double NextDouble() => value;
}
