using System.Reflection;

namespace Grpc.Contracts.Tests.Packages;

public class ReferenceTests
{
    public static TheoryData<string, int> Consumers => new()
    {
        { "Grpc.AspNetCore.Server", 100 },
        { "Grpc.Net.Client", 50 },
    };

    [Theory]
    [MemberData(nameof(Consumers))]
    public void Every_type_and_member_that_the_genuine_assembly_refers_to_resolves(string name, int atLeast)
    {
        var assembly = Assembly.Load(name);

        var members = ContractReferences.Resolve(assembly);

        Assert.True(members.Count >= atLeast, $"Only {members.Count} references were found in {name}.");
        Assert.All(members, member => Assert.True(
            IsAccessible(member, assembly),
            $"{name} can't reach {member.DeclaringType} {member}."));
    }

    [Theory]
    [MemberData(nameof(Consumers))]
    public void Every_type_of_the_genuine_assembly_loads_and_overrides_what_it_means_to(string name, int _)
    {
        var assembly = Assembly.Load(name);

        Assert.NotEmpty(assembly.GetTypes());
        Assert.Empty(ContractReferences.OverridesOfNothing(assembly));
    }

    private static bool IsAccessible(MemberInfo member, Assembly from) => member switch
    {
        Type type => type.IsPublic || type.IsNestedPublic,
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly
            || (method.IsAssembly && from.GetName().Name == "Grpc.AspNetCore.Server"),
        FieldInfo field => field.IsPublic || field.IsFamily,
        _ => false,
    };
}
