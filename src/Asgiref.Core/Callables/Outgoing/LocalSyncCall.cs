using System.Diagnostics;
using Asgiref.Core.Callables.Definitions;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>The call of a synchronous function of this process: a call of <see cref="SyncToAsync"/> under the callable's name.</summary>
internal sealed class LocalSyncCall<TIn, TOut>(SyncFunction<TIn, TOut> function, TIn argument) : SyncWork<TOut>, IAwaitedCall<TOut>
{
    private TIn? _argument = argument;

    public override string FunctionName => function.Name;

    [StackTraceHidden]
    TOut IAwaitedCall<TOut>.GetResult() => GetResult(Version);

    async Task<TOut> IAwaitedCall<TOut>.AsTask() => await new SyncCall<TOut>(this).ConfigureAwait(false);

    [StackTraceHidden]
    protected override void Invoke() => Result = function.Invoke(_argument!);

    protected override void Release(Exception? error) => _argument = default;
}
