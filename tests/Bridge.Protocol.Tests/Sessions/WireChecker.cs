using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>
/// Sits between a session and its stream and holds what the session writes against the rules of docs/protocol.md, from
/// what it has read by then: an independent account of windows, credit, ids, order and sizes.
/// </summary>
internal sealed class WireChecker(IFrameStream inner, SessionRole role) : IFrameStream
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Account> _accounts = [];
    private Hello? _own;
    private Hello? _peers;
    private ulong _lastOwnId;
    private bool _goodbye;

    /// <summary>What was broken, in order; empty when all is well.</summary>
    public List<string> Broken { get; } = [];

    public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        var batch = await inner.ReadAsync(cancellationToken);
        lock (_gate)
        {
            foreach (var frame in (IEnumerable<Frame>?)batch ?? [])
            {
                OnRead(frame);
            }
        }

        return batch;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var frames = OpenRequest.Parser.ParseFrom(batch.Span).Frames;
            Check(frames.Count is > 0 and <= 64 && batch.Length <= 256 * 1024, $"A batch of {frames.Count} frames and {batch.Length} bytes.");
            foreach (var frame in frames)
            {
                OnWrite(frame);
            }
        }

        return inner.WriteAsync(batch, cancellationToken);
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken) => inner.CompleteAsync(cancellationToken);

    private void OnRead(Frame frame)
    {
        _peers ??= frame.Hello;
        if (frame.Exchange == 0)
        {
            return;
        }

        if (frame.Open is { } open)
        {
            _accounts.Add(frame.Exchange, new Account(_peers!, open) { Received = open.Head.Length + 64L });
            return;
        }

        var account = _accounts[frame.Exchange];
        account.Window += frame.Credit;
        account.Over |= frame.Ended is not null || frame.Refused is not null;
        if (frame.Payload is { } payload)
        {
            account.Received += payload.Data.Length + 64;
            account.Over |= payload.Ended != EndedKind.Unspecified;
        }
    }

    private void OnWrite(Frame frame)
    {
        Check(!_goodbye, "A frame after the goodbye.");
        _goodbye |= frame.Goodbye is not null;
        if (_own is null)
        {
            Check(frame.Hello is not null, "The first frame is no hello.");
            _own = frame.Hello?.Clone();
            return;
        }

        Check(_peers is not null || _goodbye, $"A {frame.KindCase} before the peer's hello.");
        if (frame.Exchange == 0)
        {
            Check(frame.Credit == 0 && frame.KindCase is > Frame.KindOneofCase.Hello and < Frame.KindOneofCase.Open, $"A {frame.KindCase} on exchange 0.");
            return;
        }

        if (frame.Open is { } open)
        {
            OnWriteOpen(frame.Exchange, open);
        }
        else if (_accounts.TryGetValue(frame.Exchange, out var account))
        {
            OnWrite(frame, account);
        }
        else
        {
            Check(false, $"A {frame.KindCase} on the exchange {frame.Exchange}, which nobody opened.");
        }
    }

    private void OnWriteOpen(ulong id, OpenExchange open)
    {
        Check((id % 2 == 1) == (role == SessionRole.Client) && id > _lastOwnId, $"The exchange {id} after {_lastOwnId}.");
        _lastOwnId = id;
        var account = new Account(_peers!, open) { IsOpener = true };
        _accounts.Add(id, account);
        var places = _accounts.Values.Count(other => other is { IsOpener: true, Over: false });
        Check(places <= _peers!.Limits.Exchanges, $"{places} exchanges are open.");
        Spend(account, open.Head.Length, id);
    }

    private void OnWrite(Frame frame, Account account)
    {
        var id = frame.Exchange;
        Check(!account.WroteLast, $"A {frame.KindCase} on the exchange {id} after its last frame.");
        Check(!account.WroteReset || frame.Ended is not null, $"A {frame.KindCase} on the exchange {id} after its reset.");
        account.Received -= frame.Credit;
        Check(account.Received >= 0, $"The exchange {id} gave more credit than it received.");
        switch (frame.KindCase)
        {
            case Frame.KindOneofCase.Payload:
                Check(account.IsOpener || frame.Payload.Kind != PayloadKind.Head, "A head from an acceptor.");
                Check(
                    !account.IsCall || frame.Payload.Kind == (account.IsOpener ? PayloadKind.Head : PayloadKind.Event),
                    $"A payload of kind {frame.Payload.Kind} in a call.");
                Spend(account, frame.Payload.Data.Length, id);
                if (frame.Payload.Ended != EndedKind.Unspecified)
                {
                    Check(account is { IsOpener: false, IsCall: true } && !frame.Payload.More, "A payload that may not say the end says it.");
                    account.WroteLast = account.Over = true;
                }

                break;
            case Frame.KindOneofCase.Accepted:
                Check(!account.IsOpener && !account.WroteAccepted, $"The exchange {id} was accepted by its opener, or twice.");
                account.WroteAccepted = true;
                break;
            case Frame.KindOneofCase.Reset:
                account.WroteReset = true;
                account.WroteLast = account.IsOpener;
                break;
            case Frame.KindOneofCase.Refused or Frame.KindOneofCase.Ended:
                Check(!account.IsOpener, $"The opener of {id} refused or ended it.");
                account.WroteLast = true;
                account.Over = true;
                break;
            default:
                Check(frame.Credit > 0, "A frame that says nothing.");
                break;
        }
    }

    private void Spend(Account account, int length, ulong id)
    {
        account.Window -= length + 64;
        Check(account.Window >= 0, $"The window of the exchange {id} is {account.Window}.");
        Check(length <= _peers!.Limits.PayloadBytes, $"A payload of {length} bytes.");
    }

    private void Check(bool holds, string what)
    {
        if (!holds)
        {
            Broken.Add($"{role}: {what}");
        }
    }

    private sealed class Account(Hello peers, OpenExchange open)
    {
        public bool IsOpener { get; init; }

        public bool IsCall { get; } = open.Call is not null;

        public long Window { get; set; } =
            open.Instance?.Conversation == ConversationKind.Websocket ? peers.Limits.WebsocketWindowBytes : peers.Limits.WindowBytes;

        public long Received { get; set; }

        public bool WroteAccepted { get; set; }

        public bool WroteReset { get; set; }

        public bool WroteLast { get; set; }

        public bool Over { get; set; }
    }
}
