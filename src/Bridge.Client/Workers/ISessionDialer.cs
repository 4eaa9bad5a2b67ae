namespace Bridge.Client.Workers;

/// <summary>Begins streams to bridges. Safe for concurrent use.</summary>
internal interface ISessionDialer
{
    /// <summary>Begins a stream; whether it comes up shows in its first read and write.</summary>
    ISessionLink Dial(string address);
}
