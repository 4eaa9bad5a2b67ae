using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>An executor of the test's own: a new thread for each call, so that blocked ones never hold up others.</summary>
internal sealed class OwnExecutor : IWorkExecutor
{
    [ThreadStatic]
    private static bool Mine;

    private OwnExecutor()
    {
    }

    public static OwnExecutor Instance { get; } = new();

    /// <summary>Whether this thread is one of the executor's.</summary>
    public static bool IsCurrent => Mine;

    public void Submit(IExecutorWork work) => new Thread(() =>
    {
        Mine = true;
        work.Execute();
    })
    { IsBackground = true, Name = "stress executor" }.UnsafeStart();
}
