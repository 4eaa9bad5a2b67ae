namespace Bridge.Protocol.Sessions.Wire;

/// <summary>The message of a batch that is to go, written already: what a marshaller takes. A stream uses one for all its batches.</summary>
internal sealed class WrittenBatch
{
    /// <summary>The message, while it is being sent.</summary>
    public ReadOnlyMemory<byte> Bytes { get; set; }
}
