namespace Bridge.Protocol.Sessions;

/// <summary>The turns of the writer that an exchange may wait for.</summary>
[Flags]
internal enum Turns
{
    None = 0,

    /// <summary>For what is due of <see cref="Exchange.WriteControl"/>.</summary>
    Control = 1,

    /// <summary>For a frame of <see cref="Exchange.WriteData"/>.</summary>
    Data = 2,
}
