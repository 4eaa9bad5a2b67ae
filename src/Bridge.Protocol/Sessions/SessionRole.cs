namespace Bridge.Protocol.Sessions;

/// <summary>Which end of the stream a peer is: it decides the ids of the exchanges that it opens.</summary>
internal enum SessionRole
{
    /// <summary>It called SessionService.Open; its exchanges have odd ids.</summary>
    Client,

    /// <summary>It answers the call; its exchanges have even ids.</summary>
    Server,
}
