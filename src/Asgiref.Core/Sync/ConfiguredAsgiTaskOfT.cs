namespace Asgiref.Core.Sync;

/// <summary>An <see cref="AsgiTask{T}"/> with a decision on where its awaiter goes on.</summary>
/// <typeparam name="T">The result.</typeparam>
public readonly struct ConfiguredAsgiTask<T>
{
    private readonly AsgiTask<T> _task;
    private readonly bool _continueOnCapturedContext;

    internal ConfiguredAsgiTask(AsgiTask<T> task, bool continueOnCapturedContext)
    {
        _task = task;
        _continueOnCapturedContext = continueOnCapturedContext;
    }

    /// <summary>For <c>await</c>.</summary>
    public AsgiTaskAwaiter<T> GetAwaiter() => new(_task, _continueOnCapturedContext);
}
