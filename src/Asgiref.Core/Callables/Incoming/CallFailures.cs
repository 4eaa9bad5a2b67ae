using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Hosting;
using Asgiref.Core.Sync;
using Asgiref.Core.Values;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>What the caller is told of an exception; its members are the application's own code, and may throw too.</summary>
internal static class CallFailures
{
    private const int MessageBytes = 16 * 1024;
    private const int StackBytes = 64 * 1024;
    private const int MaxCauses = 16;

    public static CallFailure Of(Exception error, bool detailed)
    {
        var causes = MaxCauses;
        return error switch
        {
            OperationCanceledException => new CallFailure(CallFailureKind.Cancelled, AsgiText.Cut(ErrorText.Of(error), MessageBytes)),
            PayloadException => new CallFailure(CallFailureKind.BadArgument, AsgiText.Cut(error.Message, MessageBytes)),
            SyncDeadlockException => new CallFailure(CallFailureKind.Deadlock, AsgiText.Cut(error.Message, MessageBytes)),
            CallTimeoutException => new CallFailure(CallFailureKind.TimedOut, AsgiText.Cut(error.Message, MessageBytes)),
            CallLostException => new CallFailure(CallFailureKind.Lost, AsgiText.Cut(error.Message, MessageBytes)),
            _ => Raised(error, detailed, ref causes),
        };
    }

    private static CallFailure Raised(Exception error, bool detailed, ref int causesLeft)
    {
        if (error is RemoteCallException remote)
        {
            return Passed(remote.Failure, ref causesLeft);
        }

        var failure = new CallFailure(CallFailureKind.Raised, AsgiText.Cut(ErrorText.Of(error), MessageBytes))
        {
            Type = error.GetType().FullName ?? error.GetType().Name,
            Stack = detailed ? StackOf(error) : null,
        };
        IEnumerable<Exception> inner = error is AggregateException many ? many.InnerExceptions : error.InnerException is { } one ? [one] : [];
        return failure with { Causes = CausesOf(inner, detailed, ref causesLeft) };
    }

    private static List<CallFailure> CausesOf(IEnumerable<Exception> errors, bool detailed, ref int causesLeft)
    {
        var causes = new List<CallFailure>();
        foreach (var error in errors)
        {
            if (causesLeft <= 0)
            {
                break;
            }

            causesLeft--;
            causes.Add(Raised(error, detailed, ref causesLeft));
        }

        return causes;
    }

    /// <summary>An exception that the function let through from another process stays what it was.</summary>
    private static CallFailure Passed(CallFailure failure, ref int causesLeft)
    {
        var causes = new List<CallFailure>();
        foreach (var cause in failure.Causes)
        {
            if (causesLeft <= 0)
            {
                break;
            }

            causesLeft--;
            causes.Add(Passed(cause, ref causesLeft));
        }

        return failure with { Causes = causes };
    }

    private static string? StackOf(Exception error)
    {
        try
        {
            return error.StackTrace is { } stack ? AsgiText.Cut(stack, StackBytes) : null;
        }
        catch (Exception)
        {
            return null;
        }
    }
}
