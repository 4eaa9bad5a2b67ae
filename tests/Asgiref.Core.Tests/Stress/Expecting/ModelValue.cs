namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>A context value of the model: a number for the step that set it.</summary>
internal static class ModelValue
{
    public const int Unset = -1;

    private const int MaxSteps = 64;

    public static int Of(int node, int step) => (node * MaxSteps) + step;

    public static string Text(int value) => value == Unset ? "unset" : $"#{value / MaxSteps}.{value % MaxSteps}";
}
