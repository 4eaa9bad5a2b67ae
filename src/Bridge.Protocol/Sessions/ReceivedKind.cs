namespace Bridge.Protocol.Sessions;

/// <summary>What <see cref="Exchange.ReceiveAsync"/> gave.</summary>
internal enum ReceivedKind
{
    /// <summary>A whole event.</summary>
    Event,

    /// <summary>A part of a body, to be acknowledged with <see cref="Exchange.Taken"/>.</summary>
    Body,

    /// <summary>Nothing more comes: <see cref="Exchange.Ending"/> says why.</summary>
    End,
}
