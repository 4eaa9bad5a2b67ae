using Asgiref.Core.Callables.Outgoing;
using Asgiref.Core.Callables.Payloads;

namespace Asgiref.Core.Callables.Definitions;

/// <summary>A function with one result, synchronous or not: this process's own code calls it without any encoding.</summary>
internal abstract class CallableFunction<TIn, TOut>(string name, CallableSettings settings, PayloadFormats formats)
    : Callable<TIn, TOut>(name, settings, formats)
{
    /// <summary>Calls it for code that awaits.</summary>
    public abstract IAwaitedCall<TOut> Start(TIn argument, CancellationToken cancellationToken);

    /// <summary>Calls it for code that blocks.</summary>
    public abstract TOut Block(TIn argument, CancellationToken cancellationToken);
}
