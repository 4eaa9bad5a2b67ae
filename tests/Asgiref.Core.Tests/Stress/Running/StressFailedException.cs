namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>Says which flows were not as expected, with their plans.</summary>
internal sealed class StressFailedException(string message) : Exception(message);
