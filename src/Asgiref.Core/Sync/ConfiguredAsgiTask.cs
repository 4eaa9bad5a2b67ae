namespace Asgiref.Core.Sync;

/// <summary>An <see cref="AsgiTask"/> with a decision on where its awaiter goes on.</summary>
public readonly struct ConfiguredAsgiTask
{
    private readonly AsgiTask _task;
    private readonly bool _continueOnCapturedContext;

    internal ConfiguredAsgiTask(AsgiTask task, bool continueOnCapturedContext)
    {
        _task = task;
        _continueOnCapturedContext = continueOnCapturedContext;
    }

    /// <summary>For <c>await</c>.</summary>
    public AsgiTaskAwaiter GetAwaiter() => new(_task, _continueOnCapturedContext);
}
