using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Where certificates are looked for.</summary>
public sealed class TrustStoreTests
{
    private const string Fedora = "/etc/pki/tls/certs/ca-bundle.crt";

    [Test]
    [Arguments("/etc/ssl/certs/ca-certificates.crt")]
    [Arguments(Fedora)]
    [Arguments("/etc/ssl/ca-bundle.pem")]
    [Arguments("/etc/ssl/cert.pem")]
    [Arguments("/usr/local/share/certs/ca-root-nss.crt")]
    public void Choose_OtherSystem_TakesItsBundle(string bundle) =>
        Assert.Equal((TrustStore.FileVariable, bundle), Choose(files: [bundle]));

    [Test]
    public void Choose_FolderAlone_TakesIt() => Assert.Equal(
        (TrustStore.FolderVariable, "/etc/ssl/certs"), Choose(folders: ["/etc/ssl/certs"]));

    [Test]
    public void Choose_BuiltInPlace_IsLeftAlone()
    {
        Assert.Null(Choose(files: ["/usr/lib/ssl/cert.pem", Fedora]));
        Assert.Null(Choose(files: [Fedora], folders: ["/usr/lib/ssl/certs"]));
    }

    [Test]
    [Arguments(TrustStore.FileVariable)]
    [Arguments(TrustStore.FolderVariable)]
    public void Choose_SetByTheUser_IsLeftAlone(string variable) =>
        Assert.Null(Choose(variables: [variable], files: [Fedora]));

    [Test]
    public void Choose_NothingThere_IsNone() => Assert.Null(Choose());

    private static (string Name, string Value)? Choose(
        string[]? variables = null, string[]? files = null, string[]? folders = null) =>
        TrustStore.Choose(
            name => variables?.Contains(name) == true ? "/elsewhere" : "",
            path => files?.Contains(path) == true,
            path => folders?.Contains(path) == true);
}
