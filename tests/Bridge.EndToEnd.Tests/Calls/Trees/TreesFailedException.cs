namespace Bridge.EndToEnd.Tests.Calls.Trees;

/// <summary>Says which trees were not as planned, with their plans.</summary>
internal sealed class TreesFailedException(string message) : Exception(message);
