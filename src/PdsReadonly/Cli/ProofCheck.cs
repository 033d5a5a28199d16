using System.Text;
using Atproto.Crypto;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Platform;

namespace PdsReadonly.Cli;

/// <summary>Verifies a proof of collections that was kept as a file, and asks nobody.</summary>
internal static class ProofCheck
{
    // A proof of 100,000 collections takes a tenth of it.
    private const int FileBytesMax = 256 << 20;

    internal static int Run(CollectionsSettings settings, CommandContext context)
    {
        string path = settings.Check!;
        byte[] proof;
        try
        {
            proof = InputFile.ReadAll(path, FileBytesMax);
        }
        catch (InvalidDataException)
        {
            context.Error.WriteLine($"error: {path} is larger than any proof");
            return ExitCode.No;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine($"error: {path} cannot be read: {e.Message}");
            return ExitCode.CannotRun;
        }

        var fault = CollectionProof.Verify(proof, settings.Did, null, null, out var proven);
        var signature = Judge(proven?.Commit, settings.Key);
        bool isProven = fault is null && proven!.IsComplete && signature != CommitSignature.Invalid;
        context.Output.WriteLine(settings.Json
            ? Json(path, fault, proven, signature, isProven)
            : Text(path, fault, proven, signature, isProven));
        return isProven ? ExitCode.Done : ExitCode.No;
    }

    /// <summary>Whether the commit is signed with the key.</summary>
    internal static CommitSignature Judge(Commit? commit, PublicKey? key)
    {
        if (commit is null || key is null) return CommitSignature.Unknown;
        if (SignatureVerifier.TryCreate(key, out var verifier) != SignatureError.None)
        {
            return CommitSignature.Unknown;
        }

        using (verifier)
        {
            var error = verifier!.Verify(commit.SignedDigest.Span, commit.Signature.Span);
            return error == SignatureError.None ? CommitSignature.Valid : CommitSignature.Invalid;
        }
    }

    private static string Text(
        string path, RepoFault? fault, ProvenCollections? proven, CommitSignature signature,
        bool isProven)
    {
        if (proven is null) return $"refused {path}: {PrintableText.Of($"{fault}")}";
        var commit = proven.Commit;
        string verdict = isProven ? "proven" : "unproven";
        var text = new StringBuilder($"{verdict} {commit.Did} by {path}: ");
        if (!proven.IsComplete) text.Append("no more than the first ");
        text.Append(Figures.Count(proven.Collections.Count, "collection"))
            .Append($" at rev {commit.Rev}, commit {commit.Cid}, signature ")
            .Append(CollectionsReport.Name(signature));
        CollectionsReport.AppendList(text, proven.Collections);
        return text.ToString();
    }

    private static string Json(
        string path, RepoFault? fault, ProvenCollections? proven, CommitSignature signature,
        bool isProven) => JsonLine.Of(json =>
    {
        json.WriteString("file", path);
        json.WriteString("did", proven?.Commit.Did.ToString());
        CollectionsReport.WriteCommit(json, proven?.Commit, signature);
        json.WriteBoolean("proven", isProven);
        CollectionsReport.WriteList(json, "collections", proven?.Collections);
        if (isProven) return;
        json.WriteString("reason", fault is not null ? "refused"
            : signature == CommitSignature.Invalid ? "signatureInvalid"
            : "incomplete");
        json.WriteString("detail", fault?.ToString());
    });
}
