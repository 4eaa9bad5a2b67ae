using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Values;

namespace Bridge.Protocol.Calls;

/// <summary>
/// What went wrong with a call, in messages and back, cut to what the contract allows in both directions: a callee of
/// another language may not know better. Stateless and safe for concurrent use.
/// </summary>
internal static class CallErrorMapping
{
    /// <summary>The most causes of an error, those of causes included.</summary>
    public const int MaxCauses = 16;

    /// <summary>The most bytes of a message, in UTF-8.</summary>
    public const int MaxMessageBytes = 16 * 1024;

    /// <summary>The most bytes of a stack, in UTF-8.</summary>
    public const int MaxStackBytes = 64 * 1024;

    /// <summary>The most bytes of the name of a type, in UTF-8.</summary>
    public const int MaxTypeBytes = 1024;

    /// <summary>What an accepted call's caller is told.</summary>
    public static V1.CallError ToMessage(CallFailure failure)
    {
        var causes = MaxCauses;
        return ToMessage(failure, ref causes);
    }

    /// <summary>What the callee has told.</summary>
    public static CallFailure FromMessage(V1.CallError error)
    {
        var causes = MaxCauses;
        return FromMessage(error, ref causes);
    }

    private static V1.CallError ToMessage(CallFailure failure, ref int causesLeft)
    {
        var error = new V1.CallError
        {
            Kind = KindOf(failure.Kind),
            Type = AsgiText.Cut(failure.Type, MaxTypeBytes),
            Message = AsgiText.Cut(failure.Message, MaxMessageBytes),
            Stack = AsgiText.Cut(failure.Stack ?? "", MaxStackBytes),
        };
        foreach (var cause in failure.Causes)
        {
            if (causesLeft-- <= 0)
            {
                break;
            }

            error.Causes.Add(ToMessage(cause, ref causesLeft));
        }

        return error;
    }

    private static CallFailure FromMessage(V1.CallError error, ref int causesLeft)
    {
        List<CallFailure>? causes = null;
        foreach (var cause in error.Causes)
        {
            if (causesLeft-- <= 0)
            {
                break;
            }

            (causes ??= []).Add(FromMessage(cause, ref causesLeft));
        }

        return new CallFailure(KindOf(error.Kind), AsgiText.Cut(error.Message, MaxMessageBytes))
        {
            Type = AsgiText.Cut(error.Type, MaxTypeBytes),
            Stack = error.Stack.Length == 0 ? null : AsgiText.Cut(error.Stack, MaxStackBytes),
            Causes = causes ?? (IReadOnlyList<CallFailure>)[],
        };
    }

    // A failure that only what lies between can have is, below an accepted call, something that its function met.
    private static V1.CallErrorKind KindOf(CallFailureKind kind) => kind switch
    {
        CallFailureKind.Cancelled => V1.CallErrorKind.Cancelled,
        CallFailureKind.TimedOut => V1.CallErrorKind.TimedOut,
        CallFailureKind.Deadlock => V1.CallErrorKind.Deadlock,
        CallFailureKind.BadArgument => V1.CallErrorKind.BadArgument,
        CallFailureKind.Lost => V1.CallErrorKind.Lost,
        _ => V1.CallErrorKind.Raised,
    };

    private static CallFailureKind KindOf(V1.CallErrorKind kind) => kind switch
    {
        V1.CallErrorKind.Cancelled => CallFailureKind.Cancelled,
        V1.CallErrorKind.TimedOut => CallFailureKind.TimedOut,
        V1.CallErrorKind.Deadlock => CallFailureKind.Deadlock,
        V1.CallErrorKind.BadArgument => CallFailureKind.BadArgument,
        V1.CallErrorKind.Lost => CallFailureKind.Lost,
        _ => CallFailureKind.Raised,
    };
}
