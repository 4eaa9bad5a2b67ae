namespace Bridge.Protocol.Sessions;

/// <summary>
/// Raised by a send after another one was given up when a part of it had gone: what the peer receives has a hole.
/// </summary>
internal sealed class IncompleteSendException()
    : Exception("An earlier send was given up when a part of it had been sent: nothing can follow it.");
