namespace Asgiref.Core.Sync;

/// <summary>One entry in the queue of an <see cref="EventLoop"/>.</summary>
internal readonly record struct LoopItem(SendOrPostCallback Callback, object? State);
