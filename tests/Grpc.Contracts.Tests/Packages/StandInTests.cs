using System.Reflection;
using System.Xml.Linq;

namespace Grpc.Contracts.Tests.Packages;

/// <summary>
/// The packed stand-ins against their sources. They are read from the repository, so these tests hold wherever
/// the build took its contracts from.
/// </summary>
public sealed class StandInTests : IDisposable
{
    private readonly StandIns _standIns = new();

    public static TheoryData<string> Ids => [.. StandIns.Ids];

    public void Dispose() => _standIns.Dispose();

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_packed_assembly_carries_the_hash_of_the_sources(string id)
    {
        Assert.Equal(StandIns.SourcesHash(), StandIns.SourcesHashIn(_standIns.Assembly(id)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_packed_assembly_has_the_identity_that_the_genuine_assemblies_bind(string id)
    {
        var name = _standIns.Assembly(id).GetName();

        Assert.Equal(id, name.Name);
        Assert.Equal(new Version(2, 0, 0, 0), name.Version);
        Assert.Equal("d754f35622e28bad", Convert.ToHexStringLower(name.GetPublicKeyToken()!));
        Assert.Equal(File.ReadAllBytes(Path.Combine(StandIns.Folder, "public-key.bin")), name.GetPublicKey());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_public_api_is_the_listed_one(string id)
    {
        var actual = PublicApi.Lines(_standIns.Assembly(id));
        var listed = Path.Combine("tests", "Grpc.Contracts.Tests", "Packages", "PublicApi", $"{id}.txt");
        var written = Path.Combine(AppContext.BaseDirectory, $"{id}.txt");
        File.WriteAllLines(written, actual);

        var expected = File.ReadAllLines(Path.Combine(StandIns.Folder, "..", "..", listed));

        Assert.True(
            expected.SequenceEqual(actual),
            $"""
            The public API of {id} is not what {listed} says. If that is meant, replace the list with {written}.
            Missing: {string.Join("\n  ", expected.Except(actual))}
            New: {string.Join("\n  ", actual.Except(expected))}
            """);
    }

    [Fact]
    public void Exactly_one_version_is_packed_and_it_is_the_sources_version()
    {
        var version = XDocument.Load(Path.Combine(StandIns.Folder, "Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.Equal(StandIns.Ids.Select(id => $"{id}.{version}.nupkg"), StandIns.PackageFiles.Order(StringComparer.Ordinal));
        Assert.StartsWith("2.85.0.", version, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_stand_in_that_the_build_took_under_this_number_is_made_of_these_sources(string id)
    {
        var (used, packed) = (Assembly.Load(id), _standIns.Assembly(id));

        Assert.True(
            StandIns.Version(used) != StandIns.Version(packed) || StandIns.SourcesHashIn(used) == StandIns.SourcesHash(),
            $"{used.Location} has the number of the packed stand-in but other sources: lower the number, the package cache goes by it.");
    }
}
