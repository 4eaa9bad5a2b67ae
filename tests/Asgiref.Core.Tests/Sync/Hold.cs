namespace Asgiref.Core.Tests.Sync;

/// <summary>A piece of work that keeps its thread busy until told otherwise, or until the test has ended, as a failed one does.</summary>
internal sealed class Hold : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Entered => _entered.Task;

    public void Wait()
    {
        _entered.SetResult();
        Assert.True(_open.Wait(Deadline.Default));
    }

    public void Release() => _open.Set();

    public void Dispose() => Release();
}
