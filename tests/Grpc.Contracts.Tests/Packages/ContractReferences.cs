using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Grpc.Contracts.Tests.Packages;

/// <summary>Reads from an assembly everything that it wants of the contract assemblies, and resolves it as the runtime does.</summary>
internal static class ContractReferences
{
    private static readonly string[] ContractAssemblies = ["Grpc.Core.Api", "Grpc.Net.Common"];

    /// <summary>Stands for every generic parameter; more of them than any contract type has.</summary>
    private static readonly Type[] AnyArguments = [.. Enumerable.Repeat(typeof(object), 8)];

    /// <summary>The types and members that the assembly refers to, resolved.</summary>
    /// <exception cref="TypeLoadException">A type is missing.</exception>
    /// <exception cref="MissingMemberException">A member is missing.</exception>
    public static IReadOnlyList<MemberInfo> Resolve(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var reader = file.GetMetadataReader();
        var tokens = reader.TypeReferences.Where(handle => IsContract(reader, handle)).Select(handle => (EntityHandle)handle)
            .Concat(reader.MemberReferences.Where(handle => IsContract(reader, handle)).Select(handle => (EntityHandle)handle));
        return [.. tokens.Select(token =>
            assembly.ManifestModule.ResolveMember(MetadataTokens.GetToken(token), AnyArguments, AnyArguments)!)];
    }

    /// <summary>Overrides in types derived from contract types that override nothing there.</summary>
    public static IReadOnlyList<string> OverridesOfNothing(Assembly assembly) =>
    [
        .. assembly.GetTypes()
            .Where(type => BaseTypes(type).Any(@base => ContractAssemblies.Contains(@base.Assembly.GetName().Name)))
            .SelectMany(type => type.GetMethods(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.IsVirtual
                && (method.Attributes & MethodAttributes.NewSlot) == 0
                && method.GetBaseDefinition().DeclaringType == method.DeclaringType)
            .Select(method => $"{method.DeclaringType}.{method.Name}"),
    ];

    private static IEnumerable<Type> BaseTypes(Type type)
    {
        for (var @base = type.BaseType; @base is not null; @base = @base.BaseType)
        {
            yield return @base;
        }
    }

    private static bool IsContract(MetadataReader reader, MemberReferenceHandle handle) =>
        reader.GetMemberReference(handle).Parent switch
        {
            { Kind: HandleKind.TypeReference } parent => IsContract(reader, (TypeReferenceHandle)parent),
            { Kind: HandleKind.TypeSpecification } parent => IsContract(reader, (TypeSpecificationHandle)parent),
            _ => false,
        };

    private static bool IsContract(MetadataReader reader, TypeReferenceHandle handle) =>
        reader.GetTypeReference(handle).ResolutionScope switch
        {
            { Kind: HandleKind.AssemblyReference } scope => ContractAssemblies.Contains(
                reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name)),
            { Kind: HandleKind.TypeReference } scope => IsContract(reader, (TypeReferenceHandle)scope),
            _ => false,
        };

    private static bool IsContract(MetadataReader reader, TypeSpecificationHandle handle)
    {
        var signature = reader.GetBlobReader(reader.GetTypeSpecification(handle).Signature);
        return signature.ReadSignatureTypeCode() == SignatureTypeCode.GenericTypeInstance
            && signature.ReadByte() is (byte)SignatureTypeKind.Class or (byte)SignatureTypeKind.ValueType
            && signature.ReadTypeHandle() is { Kind: HandleKind.TypeReference } type
            && IsContract(reader, (TypeReferenceHandle)type);
    }
}
