namespace Bridge.Client.AspNetCore.Features;

/// <summary>The place of one type, looked up once.</summary>
internal static class FeatureSlot<TFeature>
{
    public static readonly int Index = FeatureSlots.Find(typeof(TFeature));
}
