using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>The context of one body of the model: AsyncLocals of its own, Local values that others may share.</summary>
internal sealed class ModelValues(ModelLocals locals, int[]? asyncLocals = null)
{
    public ModelLocals Locals { get; } = locals;

    /// <summary>Replaced, never changed.</summary>
    public int[] AsyncLocals { get; set; } = asyncLocals ?? Enumerable.Repeat(ModelValue.Unset, PlanValues.AsyncLocals).ToArray();

    public void SetAsyncLocal(int key, int value)
    {
        var changed = (int[])AsyncLocals.Clone();
        changed[key] = value;
        AsyncLocals = changed;
    }

    /// <summary>For a body whose Local changes are seen by its caller.</summary>
    public ModelValues Share() => new(Locals, AsyncLocals);

    /// <summary>For a body that gets a copy.</summary>
    public ModelValues Fork() => new(Locals.Fork(), AsyncLocals);
}
