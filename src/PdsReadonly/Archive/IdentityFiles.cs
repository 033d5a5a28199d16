using Atproto.Crypto;
using Atproto.Identity;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Catalog;
using PdsReadonly.Platform;

namespace PdsReadonly.Archive;

/// <summary>
/// Reads the identity beside a CAR, DID document and PLC audit log, and checks the head's signature
/// with the keys they name.
/// </summary>
internal static class IdentityFiles
{
    /// <summary>Never throws for what the files hold; what cannot be used is a warning.</summary>
    internal static RepoIdentity Read(string carPath, Commit commit, SignaturePolicy policy)
    {
        if (DidInName(carPath) is { } expected && expected != commit.Did)
        {
            return new RepoIdentity
            {
                Signature = SignatureState.Unchecked,
                Fault = $"DidMismatch: the file is named after {expected} but holds {commit.Did}",
            };
        }

        var warnings = new List<string>();
        bool isIncomplete = false;
        var document = ReadDocument(carPath, commit.Did, warnings, ref isIncomplete);
        var log = ReadLog(carPath, commit.Did, warnings, ref isIncomplete);
        var keys = new List<PublicKey>();
        var current = document?.SigningKey ?? log?.SigningKey;
        if (current is not null) keys.Add(current);
        if (log?.SigningKey is { } logged && !logged.Equals(current)) keys.Add(logged);
        keys.AddRange(log?.EarlierSigningKeys ?? []);

        var state = Check(commit, current, keys, out string? why);
        string? fault = (state, policy) switch
        {
            (SignatureState.Mismatch, not SignaturePolicy.Any) =>
                $"SignatureKeyMismatch: {why} under the {keys.Count} keys known of {commit.Did}",
            (SignatureState.Unchecked, SignaturePolicy.Require) =>
                $"SignatureUnchecked: no key of {commit.Did} is known",
            _ => null,
        };
        return new RepoIdentity
        {
            Signature = state,
            Fault = fault,
            Warning = warnings.Count == 0 ? null : string.Join("; ", warnings),
            IsIncomplete = isIncomplete,
            Handle = document?.Handle ?? log?.Handle,
            Document = document?.Json.ToArray(),
            PdsHost = document?.PdsHost ?? log?.PdsHost,
        };
    }

    private static SignatureState Check(
        Commit commit, PublicKey? current, List<PublicKey> keys, out string? why)
    {
        why = null;
        if (keys.Count == 0) return SignatureState.Unchecked;
        foreach (var key in keys)
        {
            var error = SignatureVerifier.Verify(
                key, commit.SignedDigest.Span, commit.Signature.Span);
            if (error == SignatureError.None)
            {
                return key.Equals(current) ? SignatureState.Valid : SignatureState.Historical;
            }

            why ??= error.ToString();
        }

        return SignatureState.Mismatch;
    }

    private static DidDocument? ReadDocument(
        string carPath, Did did, List<string> warnings, ref bool isIncomplete)
    {
        var found = ReadFirst(
            carPath, did, "did", DidDocument.BytesMax, warnings, ref isIncomplete);
        if (found is not { } file) return null;
        var error = DidDocument.TryParse(file.Content, did, out var document);
        if (error != DidDocumentError.None) warnings.Add($"{file.Path} is not used: {error}");
        else if (document!.SigningKey is null)
        {
            string why = document.SigningKeyError == KeyError.None
                ? "names no signing key"
                : $"signing key is not usable: {document.SigningKeyError}";
            warnings.Add($"{file.Path} {why}");
        }

        return document;
    }

    private static PlcAuditLog? ReadLog(
        string carPath, Did did, List<string> warnings, ref bool isIncomplete)
    {
        var found = ReadFirst(
            carPath, did, "plc", PlcAuditLog.BytesMax, warnings, ref isIncomplete);
        if (found is not { } file) return null;
        var error = PlcAuditLog.TryVerify(file.Content, did, out var log, out int entry);
        if (error != PlcLogError.None)
        {
            string place = entry < 0 ? "" : $" in entry {entry}";
            warnings.Add($"{file.Path} is not used: {error}{place}");
        }

        return log;
    }

    // Without descriptors nothing is known of the file: that is not its fault, and passes through.
    private static (string Path, byte[] Content)? ReadFirst(
        string carPath, Did did, string kind, int bytesMax, List<string> warnings,
        ref bool isIncomplete)
    {
        foreach (string path in ArchiveFiles.SidecarsOf(carPath, did.ToString(), kind))
        {
            if (FileStat.Of(path) is null) continue;
            try
            {
                return (path, InputFile.ReadAll(path, bytesMax));
            }
            catch (InvalidDataException e)
            {
                warnings.Add($"{path} is not used: {e.Message}");
            }
            catch (Exception e) when (
                e is IOException or UnauthorizedAccessException && !DescriptorBudget.IsShortage(e))
            {
                warnings.Add($"{path} is not used: {e.Message}");
                isIncomplete = true;
            }
        }

        return null;
    }

    // Only a name that is a did:plc to the letter promises anything: NAME may be a backup's, or
    // dated.
    private static Did? DidInName(string carPath)
    {
        const int PlcLength = 32;
        string name = ArchiveFiles.NameOf(carPath);
        if (name.StartsWith("did_plc_", StringComparison.Ordinal)) name = name.Replace('_', ':');
        bool promises = name.Length == PlcLength && name.StartsWith(
            "did:plc:", StringComparison.Ordinal);
        return promises && Did.TryParse(name, out var did) ? did : null;
    }
}
