using System.Runtime.InteropServices;
using PdsReadonly.Platform;

namespace PdsReadonly.Upstream;

/// <summary>
/// Where the certificates lie that https is trusted by. The OpenSSL inside the binary knows
/// Debian's places alone: on other systems it is told theirs, in the variables that it reads.
/// </summary>
internal static partial class TrustStore
{
    internal const string FileVariable = "SSL_CERT_FILE";

    internal const string FolderVariable = "SSL_CERT_DIR";

    // What it looks at by itself.
    private const string BuiltInFile = "/usr/lib/ssl/cert.pem";
    private const string BuiltInFolder = "/usr/lib/ssl/certs";

    private static readonly string[] s_files =
    [
        "/etc/ssl/certs/ca-certificates.crt",  // Debian's bundle alone, Arch, Alpine, Gentoo
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL 7 and later
        "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora, RHEL 6
        "/etc/ssl/ca-bundle.pem",  // openSUSE
        "/etc/ssl/certs/ca-bundle.crt",  // NixOS
        "/etc/ssl/cert.pem",  // Alpine, macOS, BSDs
        "/usr/local/etc/ssl/cert.pem",  // FreeBSD
        "/usr/local/share/certs/ca-root-nss.crt",  // FreeBSD's package
    ];

    private static readonly string[] s_folders =
        ["/etc/ssl/certs", "/etc/pki/tls/certs", "/system/etc/security/cacerts"];

    /// <summary>
    /// To be called before the first request that is to go out: what is read then is kept.
    /// </summary>
    internal static void Prepare()
    {
        if (!OperatingSystem.IsLinux()) return;
        var chosen = Choose(Environment.GetEnvironmentVariable, HasFile, HasFolder);
        if (chosen is not { } variable) return;
        // The runtime's own setter changes a copy that OpenSSL does not see.
        if (SetVariable(variable.Name, variable.Value, overwrite: 1) != 0)
        {
            throw new InvalidOperationException($"cannot set {variable.Name}");
        }
    }

    /// <summary>
    /// The variable to set; null where the user has set one, where nothing needs to be, and where
    /// nothing was found.
    /// </summary>
    internal static (string Name, string Value)? Choose(
        Func<string, string?> readVariable, Func<string, bool> hasFile,
        Func<string, bool> hasFolder)
    {
        bool isSet = !string.IsNullOrEmpty(readVariable(FileVariable))
            || !string.IsNullOrEmpty(readVariable(FolderVariable));
        if (isSet || hasFile(BuiltInFile) || hasFolder(BuiltInFolder)) return null;
        if (Array.Find(s_files, file => hasFile(file)) is { } file) return (FileVariable, file);
        return Array.Find(s_folders, folder => hasFolder(folder)) is { } folder
            ? (FolderVariable, folder)
            : null;
    }

    // OpenSSL opens it by itself, and would wait for a pipe.
    private static bool HasFile(string path) =>
        FileStat.Of(path) is { IsRegular: true, Bytes: > 0 };

    private static bool HasFolder(string path)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(path).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
