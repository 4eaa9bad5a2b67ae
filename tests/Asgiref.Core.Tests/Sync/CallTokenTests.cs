using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Tests.Sync;

/// <summary>Which token a called function sees (CANC-16): no other one than it needs.</summary>
public sealed class CallTokenTests : IDisposable
{
    private readonly CancellationTokenSource _ambient = new();
    private readonly CancellationTokenSource _given = new();

    public void Dispose()
    {
        _ambient.Dispose();
        _given.Dispose();
    }

    [Fact]
    [Covers("CANC-16")]
    public async Task A_synchronous_function_sees_the_callers_the_given_or_both_in_one()
    {
        Assert.Equal(CancellationToken.None, await Inside(CancellationToken.None));
        Assert.Equal(_given.Token, await Inside(_given.Token));

        AsgiCancellation.Enter(_ambient.Token);
        Assert.Equal(_ambient.Token, await Inside(CancellationToken.None));
        Assert.Equal(_ambient.Token, await Inside(_ambient.Token));
        var joined = await Inside(_given.Token);
        Assert.DoesNotContain(joined, (CancellationToken[])[CancellationToken.None, _ambient.Token, _given.Token]);
        Assert.Equal(_ambient.Token, AsgiCancellation.Token);

        async Task<CancellationToken> Inside(CancellationToken token) =>
            await SyncToAsync.Run(() => AsgiCancellation.Token, SyncToAsyncOptions.Pooled, token).AsTask().WithDeadline();
    }

    [Fact]
    [Covers("CANC-16")]
    public Task An_asynchronous_function_sees_the_callers_the_given_or_both_in_one() => OnThread.Run(() =>
    {
        Assert.Equal(CancellationToken.None, Inside(CancellationToken.None));
        Assert.Equal(_given.Token, Inside(_given.Token));

        AsgiCancellation.Enter(_ambient.Token);
        Assert.Equal(_ambient.Token, Inside(CancellationToken.None));
        Assert.Equal(_ambient.Token, Inside(_ambient.Token));
        var joined = Inside(_given.Token);
        Assert.DoesNotContain(joined, (CancellationToken[])[CancellationToken.None, _ambient.Token, _given.Token]);
        Assert.Equal(_ambient.Token, AsgiCancellation.Token);

        static CancellationToken Inside(CancellationToken token) =>
            AsyncToSync.Run(() => Task.FromResult(AsgiCancellation.Token), null, token);
    });

    [Fact]
    [Covers("CANC-16", "CTX-13")]
    public async Task The_given_token_does_not_come_back_with_what_the_function_changes()
    {
        var value = new AsyncLocal<int>();
        await SyncToAsync.Run(() => value.Value = 1, SyncToAsyncOptions.Pooled, _given.Token);
        Assert.Equal((1, CancellationToken.None), (value.Value, AsgiCancellation.Token));

        await OnThread.Run(() =>
        {
            AsyncToSync.Run(
                () =>
                {
                    value.Value = 2;
                    return Task.CompletedTask;
                },
                null,
                _given.Token);
            Assert.Equal((2, CancellationToken.None), (value.Value, AsgiCancellation.Token));
        });
    }

    [Fact]
    [Covers("CANC-16", "CTX-13")]
    public async Task In_a_given_context_a_function_has_its_callers_state_and_the_context_keeps_its_own()
    {
        AsgiCancellation.Enter(_ambient.Token);
        await using var sensitive = ThreadSensitiveContext.Enter();
        var (context, inside) = (CallContext.Capture(), SyncFlow.Current);
        AsgiCancellation.Enter(CancellationToken.None);
        SyncFlow.Current = SyncFlow.None;
        var value = new AsyncLocal<int>();

        var seen = await SyncToAsync.Run(
            () =>
            {
                value.Value = 1;
                return (AsgiCancellation.Token, SyncFlow.Current.SensitiveContext);
            },
            SyncToAsyncOptions.Pooled with { Context = context }).AsTask().WithDeadline();

        Assert.Equal((CancellationToken.None, null), seen);
        context.Run(() => Assert.Equal((1, _ambient.Token, inside), (value.Value, AsgiCancellation.Token, SyncFlow.Current)));
    }

    [Fact]
    [Covers("CANC-16")]
    public async Task Either_of_two_tokens_ends_the_wait()
    {
        foreach (var source in new[] { _ambient, _given })
        {
            using var hold = new Hold();
            using var other = new CancellationTokenSource();
            AsgiCancellation.Enter(source == _ambient ? _ambient.Token : other.Token);
            var call = SyncToAsync.Run(hold.Wait, SyncToAsyncOptions.Pooled, source == _given ? _given.Token : other.Token).AsTask();
            AsgiCancellation.Enter(CancellationToken.None);
            await hold.Entered.WithDeadline();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
        }
    }
}
