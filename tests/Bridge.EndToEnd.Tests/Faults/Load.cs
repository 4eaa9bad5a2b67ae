using System.Net;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>Clients that ask for the same thing again and again, each when it has its answer.</summary>
internal sealed class Load : IAsyncDisposable
{
    /// <summary>What a client notes when it got no answer, or only a part of one.</summary>
    public const HttpStatusCode Broken = 0;

    private readonly CancellationTokenSource _enough = new();
    private readonly Task<List<HttpStatusCode>>[] _clients;
    private int _answers;

    public Load(Field field, int clients)
    {
        _clients = [.. Enumerable.Range(0, clients).Select(_ => Task.Run(() => AskAsync(field)))];
    }

    /// <summary>Waits until that many further requests have been answered.</summary>
    public Task UntilAnsweredAsync(int more)
    {
        var goal = Volatile.Read(ref _answers) + more;
        return WaitUntil.HoldsAsync(() => Volatile.Read(ref _answers) >= goal);
    }

    /// <summary>Ends it.</summary>
    /// <returns>What each client saw, in order.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<HttpStatusCode>>> StopAsync()
    {
        await _enough.CancelAsync();
        return await Task.WhenAll(_clients).WithDeadline();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _enough.Dispose();
    }

    private async Task<List<HttpStatusCode>> AskAsync(Field field)
    {
        var seen = new List<HttpStatusCode>();
        while (!_enough.IsCancellationRequested)
        {
            try
            {
                using var answer = await field.Http.GetAsync(field.Url("hello"), CancellationToken.None).WithDeadline();
                seen.Add(answer.StatusCode);
            }
            catch (HttpRequestException)
            {
                seen.Add(Broken);
            }

            Interlocked.Increment(ref _answers);
        }

        return seen;
    }
}
