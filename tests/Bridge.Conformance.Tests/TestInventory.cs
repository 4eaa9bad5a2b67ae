using System.Reflection;

namespace Bridge.Conformance.Tests;

/// <summary>All tests of the given types and the ids they show, by reflection.</summary>
internal sealed class TestInventory
{
    private readonly List<string> _complaints = [];

    public TestInventory(IEnumerable<Type> types)
    {
        Type[] all = [.. types];
        (Type Type, MethodInfo Method)[] tests = [.. all.Where(IsConcrete).SelectMany(TestsOf)];
        HashSet<string> shared = [.. tests.GroupBy(test => ShortName(test.Type, test.Method))
            .Where(same => same.Count() > 1).Select(same => same.Key)];
        Tests = [.. tests.Select(test => Describe(test.Type, test.Method, shared))
            .OrderBy(test => test.Name, StringComparer.Ordinal)];
        OtherMethods = all.SelectMany(type => Methods(type).Where(method => !IsTest(method))
            .Select(method => ShortName(type, method))).ToHashSet();
        FindMisplacedAttributes(all, [.. tests.Select(test => test.Type)]);
    }

    public IReadOnlyList<CoveringTest> Tests { get; }

    /// <summary>Methods that aren't tests, to tell a row that names one from a row that names nothing.</summary>
    public IReadOnlySet<string> OtherMethods { get; }

    public IReadOnlyList<string> Complaints => _complaints;

    private static bool IsConcrete(Type type) => type.IsClass && (!type.IsAbstract || type.IsSealed) && !type.ContainsGenericParameters;

    private static bool IsTest(MethodInfo method) => method.IsDefined(typeof(FactAttribute), inherit: true);

    private static IEnumerable<MethodInfo> Methods(Type type) => type.GetMethods(
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy);

    private static IEnumerable<(Type Type, MethodInfo Method)> TestsOf(Type type) =>
        Methods(type).Where(IsTest).Select(method => (type, method));

    private static string TypeName(Type type) => type.FullName![(type.Namespace is { } space ? space.Length + 1 : 0)..].Replace('+', '.');

    private static string ShortName(Type type, MethodInfo method) => $"{TypeName(type)}.{method.Name}";

    private static string Place(Type type, string member) => $"{type.Assembly.GetName().Name}: {type.FullName}.{member}";

    private static IEnumerable<string> IdsOn(MemberInfo member) =>
        member.GetCustomAttributes<CoversAttribute>(inherit: true).SelectMany(covers => covers.Ids);

    private CoveringTest Describe(Type type, MethodInfo method, HashSet<string> shared)
    {
        string name = ShortName(type, method);
        string place = Place(type, method.Name);
        string[] ids = [.. IdsOn(type).Concat(IdsOn(method)).Distinct()];
        if (ids.Length > 0 && !type.IsVisible)
        {
            _complaints.Add($"{place} covers {string.Join(", ", ids)} but its class isn't public, so it never runs");
        }

        if (ids.Length > 0 && IsAlwaysSkipped(method))
        {
            _complaints.Add($"{place} covers {string.Join(", ", ids)} but is skipped");
        }

        return new CoveringTest(shared.Contains(name) ? $"{type.Namespace}.{name}" : name, place, ids);
    }

    // Only a Skip in the source: a test that skips itself where a tool is missing still shows its ids.
    private static bool IsAlwaysSkipped(MethodInfo method) => method.GetCustomAttributesData()
        .Where(data => typeof(FactAttribute).IsAssignableFrom(data.AttributeType))
        .SelectMany(data => data.NamedArguments)
        .Any(argument => argument.MemberName == nameof(FactAttribute.Skip) && argument.TypedValue.Value is not null);

    private void FindMisplacedAttributes(IEnumerable<Type> all, HashSet<Type> withTests)
    {
        foreach (Type type in all)
        {
            if (type.IsDefined(typeof(CoversAttribute), inherit: false) && !withTests.Any(type.IsAssignableFrom))
            {
                _complaints.Add($"{type.Assembly.GetName().Name}: {type.FullName} has [Covers(\"{string.Join("\", \"", IdsOn(type))}\")] but no test");
            }

            _complaints.AddRange(Methods(type).Where(method => method.DeclaringType == type)
                .Where(method => method.IsDefined(typeof(CoversAttribute), inherit: false))
                .Where(method => !IsTest(method) || !withTests.Any(type.IsAssignableFrom))
                .Select(method => $"{Place(type, method.Name)} has [Covers(\"{string.Join("\", \"", IdsOn(method))}\")] but isn't a test"));
        }
    }
}
