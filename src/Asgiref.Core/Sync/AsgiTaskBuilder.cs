using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Asgiref.Core.Sync;

/// <summary>
/// Builds <c>async AsgiTask</c> methods; for the compiler. It is the builder of methods with a result, whose result nobody
/// sees.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct AsgiTaskBuilder
{
    private AsgiTaskBuilder<bool> _builder;

    /// <summary>The method's run.</summary>
    public AsgiTask Task
    {
        get
        {
            var task = _builder.Task;
            return new AsgiTask(task.Task, task.Final);
        }
    }

    /// <summary>Makes a builder.</summary>
    public static AsgiTaskBuilder Create() => new() { _builder = AsgiTaskBuilder<bool>.Create() };

    /// <summary>Begins the method.</summary>
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => _builder.Start(ref stateMachine);

    /// <summary>Not used by compilers of today.</summary>
    public void SetStateMachine(IAsyncStateMachine stateMachine) => _builder.SetStateMachine(stateMachine);

    /// <summary>Ends the method.</summary>
    public void SetResult() => _builder.SetResult(false);

    /// <summary>Ends the method.</summary>
    public void SetException(Exception exception) => _builder.SetException(exception);

    /// <summary>Lets the method wait.</summary>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref stateMachine);

    /// <summary>Lets the method wait.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);
}
