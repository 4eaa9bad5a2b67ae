using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables.Definitions;

/// <summary>A function of this process with its types.</summary>
/// <typeparam name="TIn">What it takes.</typeparam>
/// <typeparam name="TOut">What it gives, or what each item is.</typeparam>
internal abstract class Callable<TIn, TOut>(string name, CallableSettings settings, PayloadFormats formats) : Callable(name, settings)
{
    private readonly PayloadCodec<TIn> _input = formats.Find<TIn>();
    private readonly PayloadCodec<TOut> _output = formats.Find<TOut>();

    protected override Type Input => typeof(TIn);

    protected override Type Output => typeof(TOut);

    /// <summary>Reads the argument of a call.</summary>
    /// <exception cref="PayloadException">It can't be read.</exception>
    public TIn Decode(CallRequest request) => _input.Decode(request.Argument, Name, "argument");

    /// <summary>Writes a result, or an item.</summary>
    /// <exception cref="PayloadException">It can't be written.</exception>
    public CallPayload Encode(TOut value) => _output.Encode(value, Name, Kind == CallableKind.Stream ? "item" : "result");
}
