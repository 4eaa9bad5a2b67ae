using System.Diagnostics;
using Asgiref.Core.Compatibility;

namespace Asgiref.Core.Sync.Work;

/// <summary>The call of a function with an argument and without result.</summary>
internal sealed class ActionWork<TArgument>(Action<TArgument> action, TArgument argument) : SyncWork
{
    private Action<TArgument>? _action = action;
    private TArgument? _argument = argument;

    public override string FunctionName => _action is { } action ? AsyncCallable.NameOf(action) : "an ended call";

    [StackTraceHidden]
    protected override void Invoke() => _action!(_argument!);

    protected override void Release(Exception? error)
    {
        _action = null;
        _argument = default;
    }
}
