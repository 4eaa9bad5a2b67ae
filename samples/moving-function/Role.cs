namespace MovingFunction;

/// <summary>What the program does.</summary>
public enum Role
{
    /// <summary>Calls the function once and prints the answer.</summary>
    Call,

    /// <summary>Is a worker that offers the function, until it is stopped.</summary>
    Serve,
}
