using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync;

/// <summary>
/// Builds <c>async AsgiTask&lt;T&gt;</c> methods; for the compiler. It does what the builder of tasks does, and looks at the
/// context at the one moment when a method's own values can still be seen: inside its last step.
/// </summary>
/// <typeparam name="T">The result.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct AsgiTaskBuilder<T>
{
    private AsyncTaskMethodBuilder<T> _builder;
    private FinalContext _final;

    /// <summary>The method's run.</summary>
    public AsgiTask<T> Task => new(_builder.Task, _final);

    /// <summary>Makes a builder.</summary>
    [SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "The compiler looks for it here.")]
    public static AsgiTaskBuilder<T> Create() => new() { _builder = AsyncTaskMethodBuilder<T>.Create(), _final = new FinalContext() };

    /// <summary>Begins the method.</summary>
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        _final.Begin();
        _builder.Start(ref stateMachine);
    }

    /// <summary>Not used by compilers of today.</summary>
    public void SetStateMachine(IAsyncStateMachine stateMachine) => _builder.SetStateMachine(stateMachine);

    /// <summary>Ends the method.</summary>
    public void SetResult(T result)
    {
        _final.End();
        _builder.SetResult(result);
    }

    /// <summary>Ends the method.</summary>
    public void SetException(Exception exception)
    {
        _final.End();
        _builder.SetException(exception);
    }

    /// <summary>Lets the method wait.</summary>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref stateMachine);

    /// <summary>Lets the method wait.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);
}
