using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>What an admitted call occupies.</summary>
/// <param name="Frame">The flow of the nearest frame of this process that waits for the call; null if there is none.</param>
/// <param name="Context">The thread-sensitive context that it came with.</param>
/// <param name="HasPlace">Whether it has one of the callable's places.</param>
internal readonly record struct IncomingPlace(SyncFlow? Frame, ThreadContextUse Context, bool HasPlace);
