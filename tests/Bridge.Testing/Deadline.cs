using System.Globalization;
using System.Runtime.CompilerServices;

namespace Bridge.Testing;

/// <summary>Gives every wait of a test an end. A test that reaches it has hung: it fails and names the wait.</summary>
public static class Deadline
{
    /// <summary>
    /// Long enough for a machine ten times as slow, with all its cores loaded; no test is meant to come near it. Mutation
    /// tests, in which hundreds of tests hang on purpose, shorten it by BRIDGE_TESTS_DEADLINE, in seconds.
    /// </summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("BRIDGE_TESTS_DEADLINE"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 120);

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
