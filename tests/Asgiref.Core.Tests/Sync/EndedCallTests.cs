using System.Runtime.CompilerServices;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Tests.Sync;

/// <summary>An ended call lets go of its function and argument, whatever still holds the call (EXC-07).</summary>
public class EndedCallTests
{
    private static readonly AsyncLocal<object?> Value = new();
    private static readonly SyncToAsyncOptions Idle = SyncToAsyncOptions.Pooled with { Executor = new IdleExecutor() };

    [Theory]
    [Covers("EXC-07", "CTE-10")]
    [InlineData(Shape.Action)]
    [InlineData(Shape.ActionOfArgument)]
    [InlineData(Shape.Function)]
    [InlineData(Shape.FunctionOfArgument)]
    public async Task It_keeps_neither_function_nor_argument_and_has_no_name_any_more(Shape shape)
    {
        var (work, references) = Begin(shape);
        Assert.StartsWith(nameof(Held) + ".", work.FunctionName, StringComparison.Ordinal);

        work.Execute();

        await WaitUntil.CollectedAsync(() => references.All(reference => !reference.IsAlive));
        Assert.Equal("an ended call", work.FunctionName);
    }

    [Fact]
    [Covers("EXC-07")]
    public async Task It_keeps_nothing_of_its_callers_context()
    {
        var (work, references) = await Task.Run(BeginInContext).WithDeadline();
        work.Execute();

        await WaitUntil.CollectedAsync(() => references.All(reference => !reference.IsAlive));
        Assert.True(work.HasEnded);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (SyncWork Work, WeakReference[] References) BeginInContext()
        {
            var value = new object();
            Value.Value = value;
            var context = ThreadSensitiveContext.Enter();
            return (Begin(Shape.Action).Work, [new WeakReference(value), new WeakReference(context)]);
        }
    }

    [Theory]
    [Covers("EXC-07")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_leaves_nothing_with_the_tokens_that_could_have_cancelled_it(bool isJoined)
    {
        using var given = new CancellationTokenSource();
        using var ambient = new CancellationTokenSource();
        if (isJoined)
        {
            AsgiCancellation.Enter(ambient.Token);
        }

        var left = Call();

        await WaitUntil.CollectedAsync(() => !left.IsAlive);
        AsgiCancellation.Enter(CancellationToken.None);

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Call()
        {
            var work = new ActionWork(() => { });
            work.Submit(Idle, given.Token);
            work.Execute();
            return new WeakReference(work);
        }
    }

    [Fact]
    [Covers("EXC-07", "CANC-16")]
    public async Task The_token_that_joins_two_goes_with_it()
    {
        using var given = new CancellationTokenSource();
        using var ambient = new CancellationTokenSource();
        AsgiCancellation.Enter(ambient.Token);
        var listener = await Call();
        AsgiCancellation.Enter(CancellationToken.None);
        await WaitUntil.CollectedAsync(() => !listener.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        async Task<WeakReference> Call() => await SyncToAsync.Run(
            () =>
            {
                var listener = new object();
                AsgiCancellation.Token.Register(static _ => { }, listener);
                return new WeakReference(listener);
            },
            SyncToAsyncOptions.Pooled,
            given.Token).AsTask().WithDeadline();
    }

    [Fact]
    [Covers("EXC-07", "CTE-05")]
    public async Task A_call_out_of_it_is_a_child_of_what_still_runs_and_of_nothing_else()
    {
        await using var context = ThreadSensitiveContext.Enter();
        ExecutionContext? inside = null;
        await SyncToAsync.Run(() =>
        {
            var outer = SyncWork.Current;
            AsyncToSync.Run(async () => await SyncToAsync.Run(() => { inside = ExecutionContext.Capture(); }));
            Assert.NotNull(outer);
            Assert.Same(outer, SubmitInside().Parent);
        }).AsTask().WithDeadline();
        Assert.Null(SubmitInside().Parent);

        SyncWork SubmitInside()
        {
            var work = new ActionWork(() => { });
            ExecutionContext.Run(inside!, _ => work.Submit(SyncToAsyncOptions.Default, CancellationToken.None), null);
            return work;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (SyncWork Work, WeakReference[] References) Begin(Shape shape)
    {
        var (held, argument) = (new Held(), new object());
        SyncWork work = shape switch
        {
            Shape.Action => new ActionWork(held.Do),
            Shape.ActionOfArgument => new ActionWork<object>(held.DoWith, argument),
            Shape.Function => new FunctionWork<int>(held.Count),
            _ => new ArgumentWork<object, int>(held.CountWith, argument),
        };
        work.Submit(Idle, CancellationToken.None);
        return (work, [new WeakReference(held), new WeakReference(argument)]);
    }

    public enum Shape
    {
        Action,
        ActionOfArgument,
        Function,
        FunctionOfArgument,
    }

    private sealed class Held
    {
        private int _calls;

        public void Do() => _calls++;

        public void DoWith(object argument) => _calls++;

        public int Count() => ++_calls;

        public int CountWith(object argument) => ++_calls;
    }

    /// <summary>Leaves it to the test to run what it was given.</summary>
    private sealed class IdleExecutor : IWorkExecutor
    {
        public void Submit(IExecutorWork work)
        {
        }
    }
}
