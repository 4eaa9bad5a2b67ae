using System.Diagnostics;
using Asgiref.Core.Callables.Definitions;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>
/// A call of a synchronous function from another process: from the executor's queue to the answer it needs no other thread.
/// The argument is read and the result written on the function's own thread, because either may run code of the application.
/// </summary>
internal sealed class IncomingSyncCall<TIn, TOut>(SyncFunction<TIn, TOut> function, IncomingCall call) : SyncWork
{
    private IncomingCall? _call = call;
    private CallPayload _result;
    private ContextBagDelta? _changes;

    public override string FunctionName => function.Name;

    /// <summary>Hands the call to its executor. Never throws: a refusal is the call's end.</summary>
    public void Submit()
    {
        _call!.Work = this;
        try
        {
            Submit(function.Settings.Run, CancellationToken.None);
        }
        catch (Exception)
        {
            // It has ended the call, through Release.
        }
    }

    [StackTraceHidden]
    protected override void Invoke()
    {
        var argument = function.Decode(_call!.Request);
        TOut result;
        try
        {
            result = function.Invoke(argument);
        }
        finally
        {
            _changes = _call.TakeChanges();
        }

        _result = function.Encode(result);
    }

    protected override void Release(Exception? error)
    {
        var (call, result, changes) = (_call!, _result, _changes);
        _call = null;
        _result = default;
        _changes = null;
        call.End(result, changes, error);
    }
}
