namespace Bridge.Server.Callables;

/// <summary>The callables of the bridge's own process. Safe for concurrent use.</summary>
internal interface IHostedCallables
{
    IReadOnlyCollection<IHostedCallable> All { get; }

    /// <summary>The callable of a name; null if there is none.</summary>
    IHostedCallable? Find(string name);

    /// <summary>A thread-sensitive context has ended: no call of it comes any more.</summary>
    void EndThreadContext(Guid context);
}
