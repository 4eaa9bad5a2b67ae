namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>Who has a thread while others wait for it.</summary>
/// <param name="Turn">Another number for another call: a call has the thread for as long as this stays.</param>
/// <param name="ThreadId">The managed id of the thread.</param>
/// <param name="FunctionName">The call that has the thread.</param>
/// <param name="Waiting">How many calls wait.</param>
internal readonly record struct BusyThreadState(int Turn, int ThreadId, string FunctionName, int Waiting);
