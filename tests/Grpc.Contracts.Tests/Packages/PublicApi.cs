using System.Reflection;

namespace Grpc.Contracts.Tests.Packages;

/// <summary>Lists what a consumer of an assembly can see, one line each, sorted.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> Lines(Assembly assembly) =>
    [
        .. assembly.GetTypes().Where(IsVisible).SelectMany(TypeLines).Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> TypeLines(Type type)
    {
        yield return $"{type}: {Kind(type)}{Constraints(type.GetGenericArguments())}{Bases(type)}";

        foreach (var field in type.GetFields(Declared).Where(IsVisible))
        {
            var value = field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "";
            yield return $"{type}:: {(field.IsStatic ? "static " : "")}{field}{value}";
        }

        foreach (var method in type.GetMembers(Declared).OfType<MethodBase>().Where(IsVisible))
        {
            var generics = method.IsGenericMethod ? Constraints(method.GetGenericArguments()) : "";
            yield return $"{type}:: {Access(method)} {Modifier(method)}{method}{generics}";
        }
    }

    private static bool IsVisible(Type type) => type.IsNested
        ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)
        : type.IsPublic;

    private static bool IsVisible(FieldInfo field) =>
        (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !field.IsSpecialName;

    private static bool IsVisible(MethodBase method) =>
        (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && (!IsDelegate(method.DeclaringType!) || method.Name == "Invoke");

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    /// <summary>Base class and interfaces, where the type's author chose them.</summary>
    private static string Bases(Type type)
    {
        var interfaces = type.GetInterfaces().Select(each => each.ToString()).Order(StringComparer.Ordinal);
        var bases = string.Join(", ", type.BaseType is null || type.BaseType == typeof(object) ? interfaces : interfaces.Prepend($"{type.BaseType}"));
        return IsDelegate(type) || type.IsEnum || bases.Length == 0 ? "" : $" : {bases}";
    }

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Modifier(MethodBase method) => method switch
    {
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true, IsFinal: false } when !IsDelegate(method.DeclaringType!) => "virtual ",
        _ => "",
    };

    private static string Kind(Type type) => type switch
    {
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        _ when IsDelegate(type) => "delegate",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Constraints(Type[] parameters)
    {
        var constrained = parameters
            .Select(parameter => $"{parameter}: {string.Join(", ", Constraints(parameter))}")
            .Where(text => !text.EndsWith(": ", StringComparison.Ordinal));
        return string.Concat(constrained.Select(text => $" <{text}>"));
    }

    private static IEnumerable<string> Constraints(Type parameter) => parameter.GetGenericParameterConstraints()
        .Select(type => type.ToString())
        .Concat(parameter.GenericParameterAttributes == GenericParameterAttributes.None ? [] : [$"{parameter.GenericParameterAttributes}"]);
}
