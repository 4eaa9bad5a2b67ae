using System.Collections.Immutable;
using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>What the place of a body in the tree of calls decides. Immutable.</summary>
internal sealed record ModelState
{
    /// <summary>The thread of a synchronous body.</summary>
    public Place Thread { get; init; }

    /// <summary>The loop that the code belongs to; null if it came from none.</summary>
    public Place? Loop { get; init; }

    /// <summary>Whether that loop's default executor is the test's own.</summary>
    public bool LoopHasOwnExecutor { get; init; }

    /// <summary>Whether asynchronous code runs on its loop; otherwise it is on the thread pool.</summary>
    public bool IsOnLoop { get; init; }

    /// <summary>The nearest thread around that is blocked in AsyncToSync and runs thread-sensitive calls.</summary>
    public Place? Pump { get; init; }

    /// <summary>The outermost ThreadSensitiveContext.</summary>
    public Place? SensitiveContext { get; init; }

    /// <summary>The outermost AsyncSingleThreadContext.</summary>
    public Place? SingleThreadLoop { get; init; }

    /// <summary>Whether this thread runs a SyncToAsync call, and not only code that such a call has started a thread for.</summary>
    public bool IsInCall { get; init; }

    /// <summary>Whether that call is thread-sensitive.</summary>
    public bool IsInSensitiveCall { get; init; }

    /// <summary>The threads that the calls around this body occupy.</summary>
    public ImmutableHashSet<Place> Held { get; init; } = [];

    /// <summary>The nodes whose tokens reach this body.</summary>
    public ImmutableHashSet<int> Tokens { get; init; } = [];

    /// <summary>The Local values that nothing else changes meanwhile.</summary>
    public int KnownLocals { get; init; } = PlanValues.AllLocals;

    /// <summary>Whether the caller has already gone on without this body.</summary>
    public bool IsLeft { get; init; }

    /// <summary>Where thread-sensitive calls of asynchronous code run: first match wins (SYNC-21).</summary>
    public Place SensitivePlace => Pump ?? SensitiveContext ?? new Place(PlaceKind.SensitiveThread);

    /// <summary>Where the body itself runs.</summary>
    public Place Where(bool isSync) => IsLeft && !isSync ? new Place(PlaceKind.Any)
        : isSync ? Thread
        : IsOnLoop ? Loop!.Value
        : new Place(PlaceKind.Pool);
}
