namespace Bridge.Server.Access;

/// <summary>Marks a method of a gRPC service that only callers with the bridge's token may call, where it has one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsTokenAttribute : Attribute;
