using System.Threading.Channels;
using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>The items of one call of a stream in another process. Used by one reader at a time, as every enumerator.</summary>
internal sealed class RemoteStream<TIn, TItem> : OutgoingCall, IAsyncEnumerator<TItem>
{
    private readonly ICallTransport _transport;
    private readonly RemoteFunction<TIn, TItem> _function;
    private readonly CancellationTokenSource _left = new();
    private readonly CancellationTokenRegistration _cancellation;
    private readonly TIn _argument;

    // One item waits here; the next is held back until this one is taken.
    private readonly Channel<CallPayload> _items = Channel.CreateBounded<CallPayload>(
        new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;
    private bool _finished;

    public RemoteStream(
        CallableRegistry registry, RemoteFunction<TIn, TItem> function, ICallTransport transport, TIn argument, CancellationToken cancellationToken)
        : base(registry, function.Name)
    {
        _transport = transport;
        _function = function;
        _argument = argument;
        _cancellation = cancellationToken.UnsafeRegister(static left => ((CancellationTokenSource)left!).Cancel(), _left);
    }

    public TItem Current { get; private set; } = default!;

    public override bool TakesItems => true;

    public override ValueTask TakeItemAsync(CallPayload item) => _items.Writer.WriteAsync(item, _left.Token);

    public ValueTask<bool> MoveNextAsync()
    {
        if (_finished)
        {
            return new ValueTask<bool>(false);
        }

        if (!_started)
        {
            _started = true;
            LocalFlow.Adopt();
            Start(_transport, _function.Input, _argument, _function.CallTime, SyncFlow.Current, CallToken.Join(_left.Token));
        }

        return _items.Reader.TryRead(out var item) ? new ValueTask<bool>(Take(item)) : WaitAsync();
    }

    /// <summary>Lets the call go; the function is cancelled if it has not ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _finished = true;
        await _cancellation.DisposeAsync().ConfigureAwait(false);
        if (_started && !_ended.Task.IsCompleted)
        {
            await _left.CancelAsync().ConfigureAwait(false);
            await _ended.Task.ConfigureAwait(false);
        }

        _left.Dispose();
    }

    protected override void Completed()
    {
        _items.Writer.TryComplete();
        _ended.SetResult();
    }

    private async ValueTask<bool> WaitAsync()
    {
        if (await _items.Reader.WaitToReadAsync().ConfigureAwait(false) && _items.Reader.TryRead(out var item))
        {
            return Take(item);
        }

        await _ended.Task.ConfigureAwait(false);
        _finished = true;
        GetResult(StreamEnd.Codec, applies: true);
        return false;
    }

    private bool Take(CallPayload item)
    {
        try
        {
            Current = _function.Output.Decode(item, Callable, "item");
            return true;
        }
        catch (PayloadException error)
        {
            throw new CallArgumentException(Callable, error.Message, error.InnerException);
        }
    }
}
