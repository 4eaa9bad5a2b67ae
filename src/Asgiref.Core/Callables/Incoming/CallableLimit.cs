namespace Asgiref.Core.Callables.Incoming;

/// <summary>The limits of calls, for whoever counts how often each was reached.</summary>
internal enum CallableLimit
{
    CallTime,
    AnswerTime,
    CallDepth,
    ContextValues,
    ThreadContexts,
    MaxConcurrentCalls,
}
