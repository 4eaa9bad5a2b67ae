using System.Collections.Concurrent;
using Asgiref.Core;
using Asgiref.Core.Callables;
using Asgiref.Core.Local;
using Asgiref.Core.Values;

namespace CallWorker;

/// <summary>The functions of a process that wait, fail and change things. The first word of their way is theirs.</summary>
/// <param name="registry">Gets them.</param>
/// <param name="process">The process's name, before a dot in theirs.</param>
/// <param name="signals">What those say that wait, and what they wait for.</param>
internal sealed class Deeds(CallableRegistry registry, string process, Signals signals)
{
    private readonly Route _route = new(registry);
    private readonly ConcurrentDictionary<string, Task<Visit[]>> _left = new(StringComparer.Ordinal);

    public void Add()
    {
        registry.Add<string[], Visit[]>(Name("keep"), way => Keep("keep", way));
        registry.Add<string[], Visit[]>(Name("hold"), way => Keep("hold", way), CallableSettings.Pooled);
        registry.AddAsync<string[], Visit[]>(Name("wait"), WaitAsync);
        registry.AddAsync<string[], Visit[]>(Name("leave"), LeaveAsync);
        registry.AddAsync<string[], Visit[]>(Name("catch"), CatchAsync);
        registry.AddAsync<string[], Visit[]>(Name("then"), ThenAsync);
        registry.AddAsync<string[], Visit[]>(Name("behind"), way => Task.FromResult(LeaveBehind(way)));
        registry.AddAsync<string[], Visit[]>(Name("collect"), way => CollectAsync(way[0]));
        registry.AddAsync<string[], Visit[]>(Name("release"), way => Task.FromResult(Release(way[0])));
        registry.Add<string[], Visit[]>(Name("fail"), _ => throw Error());
        registry.Add<string[], Visit[]>(Name("bag"), way => [Hops.Here(Name("bag"), Change(way[0])), .. way.Length == 1 ? [] : _route.Call(way[1..])]);
        registry.AddAsync<string[], Visit[]>(
            Name("bagAsync"), async way => [Hops.Here(Name("bagAsync"), Change(way[0])), .. way.Length == 1 ? [] : await _route.CallAsync(way[1..])]);
    }

    /// <summary>The bag's text values, in order: name=value;name=value.</summary>
    public static string BagText() => string.Join(
        ';',
        ContextBag.Current.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={((AsgiValue.TextValue)entry.Value).Value}"));

    private string Name(string function) => $"{process}.{function}";

    /// <summary>Says that it began, keeps its thread until it is released, whatever its token says, and goes on.</summary>
    private Visit[] Keep(string function, string[] way)
    {
        var here = Hops.Here(Name(function));
        signals.Say(way[0], "began");
        signals.Released(way[0]).GetAwaiter().GetResult();
        try
        {
            return way.Length == 1 ? [here] : [here, .. _route.CallWithoutPump(way[1..])];
        }
        finally
        {
            signals.Say(way[0], "ended");
        }
    }

    /// <summary>Says that it began, waits until it is released or its token fires, and goes on.</summary>
    private async Task<Visit[]> WaitAsync(string[] way)
    {
        var here = Hops.Here(Name("wait"));
        signals.Say(way[0], "began");
        try
        {
            await signals.Released(way[0]).WaitAsync(AsgiCancellation.Token);
        }
        catch (OperationCanceledException)
        {
            signals.Say(way[0], "cancelled");
            throw;
        }

        return way.Length == 1 ? [here] : [here, .. await _route.CallAsync(way[1..])];
    }

    /// <summary>Goes on, and leaves that call when it is released.</summary>
    private async Task<Visit[]> LeaveAsync(string[] way)
    {
        using var leaving = new CancellationTokenSource();
        var released = signals.Released(way[0]);
        _ = released.ContinueWith(_ => leaving.Cancel(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            return [Hops.Here(Name("leave")), .. await _route.CallAsync(way[1..], leaving.Token)];
        }
        catch (OperationCanceledException) when (released.IsCompleted)
        {
            return [Hops.Here(Name("leave"), "left")];
        }
    }

    /// <summary>Goes two ways, one after the other, with a bar between them.</summary>
    private async Task<Visit[]> ThenAsync(string[] way)
    {
        var bar = Array.IndexOf(way, "|");
        var first = await _route.CallAsync(way[..bar]);
        return [.. first, .. await _route.CallAsync(way[(bar + 1)..])];
    }

    /// <summary>Leaves a task behind that goes on when it is released.</summary>
    private Visit[] LeaveBehind(string[] way)
    {
        _left[way[0]] = Task.Run(async () =>
        {
            await signals.Released(way[0]);
            return await _route.CallAsync(way[1..]);
        });
        return [Hops.Here(Name("behind"))];
    }

    /// <summary>Releases what was left behind, and waits for it.</summary>
    private Task<Visit[]> CollectAsync(string id)
    {
        signals.Release(id);
        return _left[id];
    }

    private Visit[] Release(string id)
    {
        signals.Release(id);
        return [Hops.Here(Name("release"))];
    }

    /// <summary>Goes on, and tells what it got instead of a result.</summary>
    private async Task<Visit[]> CatchAsync(string[] way)
    {
        try
        {
            return [Hops.Here(Name("catch")), .. await _route.CallAsync(way)];
        }
        catch (Exception error)
        {
            return [Hops.Here(Name("catch"), Describe(error))];
        }
    }

    /// <summary>The type and message of an exception and of its causes; of a remote one with the type that it had there.</summary>
    public static string Describe(Exception error) => error is RemoteCallException remote
        ? $"remote {remote.TypeName}: {remote.Message}{string.Concat(remote.Causes.Select(cause => $" <- {Describe(cause)}"))}"
        : $"{error.GetType().Name}: {error.Message}";

    private static InvalidOperationException Error()
    {
        try
        {
            throw new FormatException("the first cause");
        }
        catch (FormatException first)
        {
            return new InvalidOperationException("the failure", new AggregateException("both", first, new ArgumentException("the second cause")));
        }
    }

    /// <summary>Sets "name=value" and removes "-name", with commas between.</summary>
    /// <returns>The bag before.</returns>
    private static string Change(string changes)
    {
        var before = BagText();
        foreach (var change in changes.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (change.Split('=') is [var name, var value])
            {
                ContextBag.Set(name, value);
            }
            else
            {
                ContextBag.Remove(change[1..]);
            }
        }

        return before;
    }
}
