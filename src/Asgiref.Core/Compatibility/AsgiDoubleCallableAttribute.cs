namespace Asgiref.Core.Compatibility;

/// <summary>
/// Says that a class is an application of two calls, as ASGI 2.0 has it. It decides where the class has both shapes; where
/// it contradicts the only shape, <see cref="AsgiApplications"/> refuses the class (COMPAT-05).
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AsgiDoubleCallableAttribute : Attribute;
