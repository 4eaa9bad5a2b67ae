namespace Asgiref.Core.Sync.Loops;

/// <summary>One entry in the queue of an <see cref="EventLoop"/>.</summary>
/// <param name="Callback">To be run.</param>
/// <param name="State">Its argument.</param>
/// <param name="IsCall">Whether it begins a task; otherwise it continues one.</param>
internal readonly record struct LoopItem(SendOrPostCallback Callback, object? State, bool IsCall = false);
