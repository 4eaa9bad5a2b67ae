using System.Diagnostics;
using Asgiref.Core.Compatibility;
using Asgiref.Core.Sync.Wrapping;

namespace Asgiref.Core.Sync.Work;

/// <summary>The call of a function with an argument.</summary>
internal sealed class ArgumentWork<TArgument, TResult>(Func<TArgument, TResult> function, TArgument argument) : SyncWork<TResult>
{
    private Func<TArgument, TResult>? _function = function;
    private TArgument? _argument = argument;

    public override string FunctionName => _function is { } function ? AsyncCallable.NameOf(UntypedFunction.Named(function)) : "an ended call";

    [StackTraceHidden]
    protected override void Invoke() => Result = _function!(_argument!);

    protected override void Release(Exception? error)
    {
        _function = null;
        _argument = default;
    }
}
