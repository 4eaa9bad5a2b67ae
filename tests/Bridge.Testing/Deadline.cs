using System.Runtime.CompilerServices;

namespace Bridge.Testing;

/// <summary>Gives every wait of a test an end. A test that reaches it has hung: it fails and names the wait.</summary>
public static class Deadline
{
    /// <summary>Long enough for a loaded two-core machine; no test is meant to come near it.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(30);

    public static async Task WithDeadline(
        this Task task,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(task))] string wait = "")
    {
        try
        {
            await task.WaitAsync(limit ?? Default);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Still waiting after {limit ?? Default} for: {wait}");
        }
    }

    public static async Task<T> WithDeadline<T>(
        this Task<T> task,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(task))] string wait = "")
    {
        await ((Task)task).WithDeadline(limit, wait);
        return await task;
    }

    public static Task WithDeadline(this ValueTask task, [CallerArgumentExpression(nameof(task))] string wait = "") =>
        task.AsTask().WithDeadline(null, wait);

    public static Task<T> WithDeadline<T>(this ValueTask<T> task, [CallerArgumentExpression(nameof(task))] string wait = "") =>
        task.AsTask().WithDeadline(null, wait);
}
