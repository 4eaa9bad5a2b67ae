namespace Asgiref.Core.Sync;

/// <summary>The thread of one <see cref="EventLoop"/>, lent by the cache for as long as the loop runs.</summary>
internal sealed class LoopThread(EventLoop loop) : ThreadWork
{
    /// <summary>The loop belongs to no caller: each call brings its own context (MAP-08).</summary>
    public override void CaptureContext()
    {
    }

    /// <summary>Tells the blocked caller directly: no pool thread lies between it and the end of the loop.</summary>
    public override void Complete()
    {
        loop.ThreadReleased();
        base.Complete();
    }

    protected override void Execute() => loop.RunPump();
}
