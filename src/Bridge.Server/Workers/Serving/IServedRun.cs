namespace Bridge.Server.Workers.Serving;

/// <summary>What a call of <c>Serve</c> runs: an instance, or a call of a callable.</summary>
internal interface IServedRun
{
    /// <summary>Its number on the stream.</summary>
    ulong Number { get; }
}
