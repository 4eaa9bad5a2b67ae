using Asgiref.Core.Local;
using Asgiref.Core.Tests.Stress.Planning;
using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>The context values that all flows use, by the keys of a plan.</summary>
internal static class FlowContext
{
    private const int FirstTyped = 4;
    private const int FirstOfBag = 6;
    private const int BitsOfValue = 16;

    private static readonly Asgiref.Core.Local.Local Named = new("stress");
    private static readonly Local<FlowValue>[] Typed = [new("stress.a"), new("stress.b")];
    private static readonly string[] Names = [.. Enumerable.Range(0, PlanValues.Locals).Select(key => $"stress.{key}")];
    private static readonly AsyncLocal<FlowValue?>[] Ambient =
        [.. Enumerable.Range(0, PlanValues.AsyncLocals).Select(_ => new AsyncLocal<FlowValue?>())];

    public static void SetLocal(int key, FlowValue value)
    {
        switch (key)
        {
            case < FirstTyped:
                Named[Names[key]] = value;
                break;
            case < FirstOfBag:
                Typed[key - FirstTyped].Value = value;
                break;
            default:
                ContextBag.Set(Names[key], ((long)value.Flow << BitsOfValue) | (long)value.Value);
                break;
        }
    }

    public static void RemoveLocal(int key)
    {
        switch (key)
        {
            case < FirstTyped:
                Named.TryRemove(Names[key]);
                break;
            case < FirstOfBag:
                Typed[key - FirstTyped].TryRemove();
                break;
            default:
                ContextBag.Remove(Names[key]);
                break;
        }
    }

    /// <returns>Null if it is unset.</returns>
    public static FlowValue? GetLocal(int key)
    {
        switch (key)
        {
            case < FirstTyped:
                return Named.TryGet(Names[key], out var named) ? (FlowValue?)named : null;
            case < FirstOfBag:
                return Typed[key - FirstTyped].TryGet(out var typed) ? typed : null;
            default:
                return ContextBag.TryGet(Names[key], out var value) && value is AsgiValue.Int64Value { Value: var number }
                    ? new FlowValue((int)(number >> BitsOfValue), (int)(number & ((1 << BitsOfValue) - 1)))
                    : null;
        }
    }

    public static void SetAsyncLocal(int key, FlowValue? value) => Ambient[key].Value = value;

    public static FlowValue? GetAsyncLocal(int key) => Ambient[key].Value;
}
