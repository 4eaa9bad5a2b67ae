namespace Asgiref.Core.Compatibility;

/// <summary>
/// Marks a function as asynchronous although its return type does not say so, such as one that returns its task as an
/// object: asgiref's <c>markcoroutinefunction</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AsyncCallableAttribute : Attribute;
