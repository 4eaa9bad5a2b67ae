namespace Asgiref.Core.Compatibility;

/// <summary>
/// Says that a class is an application of one call, as ASGI 3.0 has it. It decides where the class has both shapes; where
/// it contradicts the only shape, <see cref="AsgiApplications"/> refuses the class (COMPAT-05).
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AsgiSingleCallableAttribute : Attribute;
