namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>How many context values a plan works with.</summary>
internal static class PlanValues
{
    /// <summary>Values of Local, of Local&lt;T&gt; and of the context bag: those that awaited code shares.</summary>
    public const int Locals = 8;

    public const int AsyncLocals = 3;

    /// <summary>A bit for each Local value.</summary>
    public const int AllLocals = (1 << Locals) - 1;

    /// <summary>
    /// The Local values that one of several concurrent calls may use: they share one set of values, so each gets its part.
    /// </summary>
    public static int PartOf(int locals, int call, int calls)
    {
        var part = 0;
        for (var key = call; key < Locals; key += calls)
        {
            part |= 1 << key;
        }

        return locals & part;
    }
}
