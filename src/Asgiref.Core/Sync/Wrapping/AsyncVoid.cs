using System.Reflection;
using System.Runtime.CompilerServices;
using Asgiref.Core.Compatibility;

namespace Asgiref.Core.Sync.Wrapping;

/// <summary>
/// Recognises <c>async void</c> functions, which the compiler takes for an action (SYNC-09): such a call would end at its
/// first wait, and nobody would learn of the rest.
/// </summary>
internal static class AsyncVoid
{
    // Looking at a delegate's method costs more than the rest of a call's preparation: most types are known to have none.
    private static readonly ConditionalWeakTable<Type, object> Verdicts = [];
    private static readonly object Some = new();
    private static readonly object None = new();

    /// <exception cref="ArgumentException">The action is <c>async void</c>; the message names it.</exception>
    public static void ThrowIf(Delegate action)
    {
        if (MayBe(action) && IsAsyncVoid(action.Method))
        {
            throw new ArgumentException(
                $"sync_to_async can only be applied to sync functions; {AsyncCallable.NameOf(action)} is async void, so that " +
                "nobody could wait for its end: let it return a Task and just await it.",
                nameof(action));
        }
    }

    private static bool MayBe(Delegate action) =>
        action.Target is not { } target || Verdicts.GetValue(target.GetType(), static type => HasAsyncVoid(type) ? Some : None) == Some;

    private static bool HasAsyncVoid(Type type)
    {
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        for (var each = type; each is not null; each = each.BaseType)
        {
            if (each.GetMethods(Own).Any(IsAsyncVoid))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAsyncVoid(MethodInfo method) =>
        method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false);
}
