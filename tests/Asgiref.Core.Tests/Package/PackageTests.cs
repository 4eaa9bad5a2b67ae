using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Versioning;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Tests.Package;

public sealed class PackageTests
{
    private static readonly Assembly Core = typeof(AsgiScope).Assembly;

    [Fact]
    [Covers("GEN-01")]
    public void The_library_needs_the_base_class_library_and_nothing_else()
    {
        var baseClassLibrary = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        Assert.All(Core.GetReferencedAssemblies(), name => Assert.True(
            File.Exists(Path.Combine(baseClassLibrary, $"{name.Name}.dll")), $"Asgiref.Core refers to {name}."));
    }

    [Fact]
    [Covers("SYNC-31")]
    public void No_environment_variable_is_read()
    {
        using var file = new PEReader(File.OpenRead(Core.Location));
        var metadata = file.GetMetadataReader();
        var called = metadata.MemberReferences.Select(handle => metadata.GetString(metadata.GetMemberReference(handle).Name)).ToHashSet();

        // That calls are seen at all.
        Assert.Contains(nameof(Monitor.Wait), called);
        Assert.DoesNotContain(nameof(Environment.GetEnvironmentVariable), called);
        Assert.DoesNotContain(nameof(Environment.GetEnvironmentVariables), called);
    }

    [Fact]
    [Covers("GEN-08")]
    public void It_is_built_for_dotnet_10() =>
        Assert.Equal(".NETCoreApp,Version=v10.0", Core.GetCustomAttribute<TargetFrameworkAttribute>()?.FrameworkName);
}
