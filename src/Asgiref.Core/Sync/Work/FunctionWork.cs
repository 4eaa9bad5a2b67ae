using System.Diagnostics;
using Asgiref.Core.Compatibility;

namespace Asgiref.Core.Sync.Work;

/// <summary>The call of a function without argument.</summary>
internal sealed class FunctionWork<TResult>(Func<TResult> function) : SyncWork<TResult>
{
    private Func<TResult>? _function = function;

    public override string FunctionName => _function is { } function ? AsyncCallable.NameOf(function) : "an ended call";

    [StackTraceHidden]
    protected override void Invoke() => Result = _function!();

    protected override void Release(Exception? error) => _function = null;
}
