using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class PackagesTests
{
    private static readonly (string, string) Versions =
        ("Directory.Packages.props", """<PackageVersion Include="A" Version="1.0" />""");

    [Test]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(Packages.Find);

    [Test]
    [Arguments("""<PackageReference Include="A" Version="2.0" />""")]
    [Arguments("""<PackageReference Include="A" VersionOverride="2.0" />""")]
    [Arguments("""<PackageReference Include="B" />""")]
    [Arguments("""<PackageVersion Include="A" Version="2.0" />""")]
    public void Find_VersionElsewhereOrNowhere_IsFound(string text) =>
        Assert.Single(Packages.Find(SourceTree.Of(Versions, ("src/A/A.csproj", text))));

    [Test]
    [Arguments("""<PackageReference Include="A" />""")]
    [Arguments("""<PackageReference Include="A" PrivateAssets="all" />""")]
    public void Find_VersionInItsPlace_IsFine(string text) =>
        Assert.Empty(Packages.Find(SourceTree.Of(Versions, ("src/A/A.csproj", text))));
}
