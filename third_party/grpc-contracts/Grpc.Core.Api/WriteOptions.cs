namespace Grpc.Core;

/// <summary>Options for the messages written from now on.</summary>
public class WriteOptions
{
    /// <summary>No flag.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>Options with these flags; none by default.</summary>
    public WriteOptions(WriteFlags flags = default)
    {
        Flags = flags;
    }

    /// <summary>The flags.</summary>
    public WriteFlags Flags { get; }
}
