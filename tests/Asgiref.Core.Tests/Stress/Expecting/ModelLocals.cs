using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>The Local values of one flow of the model, shared by all that is awaited. A value is its <see cref="ModelValue"/>.</summary>
internal sealed class ModelLocals
{
    private readonly int[] _values;

    public ModelLocals()
        : this(Enumerable.Repeat(ModelValue.Unset, PlanValues.Locals).ToArray())
    {
    }

    private ModelLocals(int[] values) => _values = values;

    public int[] Copy() => [.. _values];

    public ModelLocals Fork() => new(Copy());

    public void Set(int key, int value) => _values[key] = value;
}
