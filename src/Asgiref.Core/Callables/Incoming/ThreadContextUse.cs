using Asgiref.Core.Sync;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>One call's use of a thread-sensitive context.</summary>
/// <param name="Context">The context; null for none.</param>
/// <param name="Place">Its place, if it is another process's.</param>
internal readonly record struct ThreadContextUse(ThreadSensitiveContext? Context, ThreadContextPlace? Place);
