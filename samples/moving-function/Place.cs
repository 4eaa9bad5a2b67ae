namespace MovingFunction;

/// <summary>Where the function lives, for whoever calls it.</summary>
public enum Place
{
    /// <summary>In the program that calls it.</summary>
    Here,

    /// <summary>Wherever the bridge finds it: in a worker, or in the bridge itself.</summary>
    Elsewhere,
}
