using System.Diagnostics;
using Asgiref.Core.Compatibility;

namespace Asgiref.Core.Sync.Work;

/// <summary>The call of a function without argument and result.</summary>
internal sealed class ActionWork(Action action) : SyncWork
{
    private Action? _action = action;

    public override string FunctionName => _action is { } action ? AsyncCallable.NameOf(action) : "an ended call";

    [StackTraceHidden]
    protected override void Invoke() => _action!();

    protected override void Release(Exception? error) => _action = null;
}
