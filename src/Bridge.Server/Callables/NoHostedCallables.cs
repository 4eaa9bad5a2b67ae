namespace Bridge.Server.Callables;

/// <summary>A bridge that hosts no callable.</summary>
internal sealed class NoHostedCallables : IHostedCallables
{
    public IReadOnlyCollection<IHostedCallable> All => [];

    public IHostedCallable? Find(string name) => null;

    public void EndThreadContext(Guid context)
    {
    }
}
