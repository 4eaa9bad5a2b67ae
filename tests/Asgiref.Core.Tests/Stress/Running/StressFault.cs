namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>What a node throws; its type tells it from the exceptions of other tests.</summary>
internal sealed class StressFault(int flow, int node) : Exception($"Planned: flow {flow}, #{node}.");
