using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.Sessions;
using Google.Protobuf;

namespace Bridge.Protocol.Instances;

/// <summary>
/// One instance whose application runs at the other end of a session: the opener's side of docs/protocol.md, between a
/// driver here and an exchange. It trusts its peer with nothing: what the application sends is judged again.
/// </summary>
/// <param name="application">The application's name.</param>
/// <param name="scope">What it is called with.</param>
/// <param name="driver">The protocol server, as for an application of this process.</param>
/// <param name="closePatience">
/// How long a disconnect that comes in order, behind messages that the application has not taken, may wait for it.
/// </param>
/// <param name="clock">The clock of that wait.</param>
internal sealed class RemoteInstance(string application, AsgiScope scope, IDriver driver, TimeSpan closePatience, TimeProvider clock)
{
    private readonly SendRules _rules = SendRules.For(scope);
    private readonly ReplayedEvents _events = new(scope, driver);
    private byte[]? _head;
    private RemoteRun? _run;
    private string? _stopReason;

    /// <summary>Whether the instance was refused in a way that lets another peer run it: no application code has run.</summary>
    public bool MayGoElsewhere { get; private set; }

    /// <summary>
    /// Whether the newest attempt opened an exchange, whose place <see cref="ISessionHandler.Over"/> tells to be free.
    /// </summary>
    public bool WasOpened { get; private set; }

    /// <summary>
    /// Ends the instance on the host's behalf, as lost: the application gets its disconnect event. Does nothing to one
    /// that has ended. Safe for concurrent use.
    /// </summary>
    public void Stop(string reason)
    {
        Volatile.Write(ref _stopReason, reason);
        Volatile.Read(ref _run)?.EndByHost(reason);
    }

    /// <summary>
    /// Runs the instance at the peer of a session; again, at another one, when it <see cref="MayGoElsewhere"/>: what was
    /// sent of the client's events then goes first. Ends when the application has returned, or at once when the driver
    /// has left: the peer ends the application, and its place is free when <see cref="ISessionHandler.Over"/> says so.
    /// Never throws for what the peer or its application does.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="state">What the program keeps with the exchange.</param>
    public async Task<InstanceEnding> RunAsync(Session session, object? state = null)
    {
        MayGoElsewhere = false;
        WasOpened = false;
        if (driver.Disconnected.IsCancellationRequested)
        {
            return InstanceEnding.Left(driver);
        }

        var target = new V1.InstanceTarget { Application = application, Conversation = ExchangeEndings.ConversationOf(scope) };
        var run = new RemoteRun(scope, driver, _rules, closePatience, clock);
        var status = session.Open(target, Head(), state, out var exchange, run);
        if (status != OpenStatus.Opened)
        {
            return NoteRefusal(ExchangeEndings.Of(status, session.Name));
        }

        WasOpened = true;
        run.Start(exchange!);
        Volatile.Write(ref _run, run);
        if (Volatile.Read(ref _stopReason) is { } reason)
        {
            run.EndByHost(reason);
        }

        var pumping = _events.PumpAsync(exchange!, run);
        await run.TakeAllAsync().ConfigureAwait(false);
        await run.StopAsync().ConfigureAwait(false);
        await pumping.ConfigureAwait(false);
        return EndingOf(exchange!, run);
    }

    /// <summary>
    /// The driver's next event, for an application that runs at no session after all; what sessions that refused had been
    /// sent comes first. The driver has begun, and one call at a time.
    /// </summary>
    public ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken) => _events.NextAsync(cancellationToken);

    private byte[] Head() => _head ??= ScopeMapping.ToMessage(scope).ToByteArray();

    private InstanceEnding EndingOf(Exchange exchange, RemoteRun run)
    {
        var ending = exchange.Ending!;
        if (ending.MayGoElsewhere)
        {
            _events.TakeBack(exchange);
        }

        if (run.Fault is { } fault)
        {
            return new InstanceEnding(EndingKind.Lost, run.Delivered, fault) { Cause = run.FaultCause };
        }

        // A complete conversation is not spoilt by a client that leaves while the application cleans up.
        return run.Delivered != SendProgress.Complete && run.HasLeft
            ? InstanceEnding.Left(driver, run.Delivered)
            : NoteRefusal(ExchangeEndings.Of(ending, run.Delivered));
    }

    private InstanceEnding NoteRefusal(InstanceEnding ending)
    {
        MayGoElsewhere = ExchangeEndings.MayGoElsewhere(ending);
        return ending;
    }
}
