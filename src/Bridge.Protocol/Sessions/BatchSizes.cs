using Bridge.Protocol.Sessions.Wire;

namespace Bridge.Protocol.Sessions;

/// <summary>Counts what is read and holds it against the limits of batches and payloads.</summary>
internal sealed class BatchSizes(SessionOptions options, SessionCounters counters)
{
    /// <summary>Checks a batch.</summary>
    /// <exception cref="SessionBrokenException">It has too many frames or bytes.</exception>
    public void Check(ReceivedBatch batch)
    {
        var bytes = batch.Bytes;
        counters.CountIn(batch.Count, bytes);
        if (batch.Count > FrameBatch.MaxFrames || bytes > FrameBatch.MaxBytes)
        {
            counters.CountReached(SessionLimit.PayloadBytes);
            throw new SessionBrokenException(
                $"A batch has {batch.Count} frames and {bytes} bytes; at most {FrameBatch.MaxFrames} and {FrameBatch.MaxBytes} are allowed.");
        }
    }

    /// <summary>Checks a payload or a part of a head.</summary>
    /// <exception cref="SessionBrokenException">It is larger than this side's hello allows.</exception>
    public void CheckPayload(int length)
    {
        if (length > options.PayloadBytes)
        {
            counters.CountReached(SessionLimit.PayloadBytes);
            throw new SessionBrokenException($"A payload has {length} bytes; the hello allows {options.PayloadBytes}.");
        }
    }
}
