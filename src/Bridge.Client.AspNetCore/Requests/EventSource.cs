using System.Diagnostics.CodeAnalysis;
using Asgiref.Core;
using Asgiref.Core.Events;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>
/// The receiving side of a conversation. It asks for an event only when somebody reads, or, once the disconnect is
/// watched for, one event ahead: so a request that nobody watches costs no wait, and a slow application still slows its client.
/// One reader at a time; <see cref="Watch"/> may be called at any time from anywhere.
/// </summary>
/// <param name="receive">The application's end of the conversation.</param>
/// <param name="lost">The disconnect to report when the host gives the conversation up.</param>
/// <param name="disconnected">Called once, with the disconnect event, on any thread.</param>
internal sealed class EventSource(AsgiReceive receive, AsgiEvent lost, Action<AsgiEvent> disconnected)
{
    private readonly Lock _gate = new();
    private AsgiEvent? _held;
    private Task? _wait;
    private bool _watched;

    /// <summary>From here on the disconnect is noticed without a read.</summary>
    /// <param name="mayReadAhead">False: not before the first read, because asking for the body makes the client send it.</param>
    public void Watch(bool mayReadAhead)
    {
        lock (_gate)
        {
            if (!_watched)
            {
                _watched = true;
                if (mayReadAhead && _held is null)
                {
                    BeginWait();
                }
            }
        }
    }

    /// <summary>Whether it is known already that nothing but an empty body comes. Asks for the first event.</summary>
    public bool IsEmptyBody()
    {
        lock (_gate)
        {
            if (_held is null)
            {
                BeginWait();
            }

            return _held is HttpRequestEvent { MoreBodyOrDefault: false, BodyOrDefault.IsEmpty: true };
        }
    }

    /// <summary>Takes the next event if it is there; asks for it otherwise. The disconnect comes again and again.</summary>
    public bool TryTake([NotNullWhen(true)] out AsgiEvent? taken)
    {
        lock (_gate)
        {
            if (_held is null)
            {
                BeginWait();
            }

            taken = _held;
            if (taken is not null && !IsDisconnect(taken))
            {
                _held = null;
                if (_watched)
                {
                    BeginWait();
                }
            }

            return taken is not null;
        }
    }

    /// <summary>Waits until there is an event, without taking it: a wait that is given up loses nothing.</summary>
    public async ValueTask<AsgiEvent> PeekAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_held is null)
                {
                    BeginWait();
                }

                if (_held is not null)
                {
                    return _held;
                }

                wait = _wait!;
            }

            await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsDisconnect(AsgiEvent message) => message is HttpDisconnectEvent or WebSocketDisconnectEvent;

    /// <summary>Under the lock: asks for one event, unless that is under way.</summary>
    private void BeginWait()
    {
        if (_wait is not null)
        {
            return;
        }

        var asked = receive(CancellationToken.None);
        if (asked.IsCompletedSuccessfully)
        {
            Hold(asked.Result);
        }
        else if (HoldAsync(asked) is { IsCompleted: false } wait)
        {
            _wait = wait;
        }
    }

    private async Task HoldAsync(ValueTask<AsgiEvent> asked)
    {
        AsgiEvent message;
        try
        {
            message = await asked.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The host has ended the instance; what it says to us is of no more use to anybody.
            message = lost;
        }

        lock (_gate)
        {
            _wait = null;
            Hold(message);
        }
    }

    /// <summary>Under the lock. After the end of a body only the disconnect can come, and it replaces what nobody has read.</summary>
    private void Hold(AsgiEvent message)
    {
        _held = message;
        if (IsDisconnect(message))
        {
            disconnected(message);
        }
        else if (_watched && message is HttpRequestEvent { MoreBodyOrDefault: false })
        {
            BeginWait();
        }
    }
}
