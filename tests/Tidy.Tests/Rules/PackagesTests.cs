using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class PackagesTests
{
    private static readonly (string, string) Versions =
        ("Directory.Packages.props", """<PackageVersion Include="A" Version="1.0" />""");

    [Fact]
    public void Find_ThisTree_FindsNothing() => ThisTree.Keeps(Packages.Find);

    [Theory]
    [InlineData("""<PackageReference Include="A" Version="2.0" />""")]
    [InlineData("""<PackageReference Include="A" VersionOverride="2.0" />""")]
    [InlineData("""<PackageReference Include="B" />""")]
    [InlineData("""<PackageVersion Include="A" Version="2.0" />""")]
    public void Find_VersionElsewhereOrNowhere_IsFound(string text) =>
        Assert.Single(Packages.Find(SourceTree.Of(Versions, ("src/A/A.csproj", text))));

    [Theory]
    [InlineData("""<PackageReference Include="A" />""")]
    [InlineData("""<PackageReference Include="A" PrivateAssets="all" />""")]
    public void Find_VersionInItsPlace_IsFine(string text) =>
        Assert.Empty(Packages.Find(SourceTree.Of(Versions, ("src/A/A.csproj", text))));
}
