using System.Buffers;
using System.Net.Http;
using System.Net.Sockets;
using Atproto.Repo;
using PdsReadonly.Lightrail;
using PdsReadonly.Upstream;

namespace PdsReadonly.Cli;

/// <summary>
/// Says which collections a repo elsewhere holds, and proves it to the one who asks.
/// </summary>
internal static class CollectionsCommand
{
    internal const string Description = """
        Find the collections of a repo elsewhere, proven by its signed commit instead of believed.

        The account is a handle or a DID, which is looked up: by DNS and https, the PLC directory,
        did:web. With --pds URL --did DID nothing is looked up. On standard output:

          proven DID at URL: collections at rev REV, commit CID, signature STATE; by STRATEGY, …
          unproven DID at URL: why, …
          claimed DID at URL: …                (--strategy describe, which the host is believed)

        and each collection on a line of its own. STATE is valid, invalid (nothing is proven then),
        or unknown: there is no key. Proven: exactly these collections are in the tree that the
        commit names; it is the account's if the signature is valid.

        With --json it is one object: did, pds, commit, rev, signature, strategy, proven, requests,
        bytes, collections (null when there is nothing to say); when it is not proven also reason
        (notGiven, moving, malformed, tooLarge, requestsSpent, unreachable, noRepo, claimed or
        signatureInvalid) and detail; with --audit also audit {missing [], invented []}, null when
        the host does not answer. Of --check: file, did, commit, rev, signature, proven,
        collections, and when it is not proven reason (refused, signatureInvalid or incomplete)
        and detail.

        Exit code: 0 proven, 1 not proven, or --audit found a difference, or --check a proof that
        proves not all, 2 wrong usage, 3 cannot run: the account is not to be found, or its host
        does not answer.
        """;

    internal static async Task<int> RunAsync(
        CollectionsSettings settings, CommandContext context, CancellationToken cancellation)
    {
        if (settings.Check is not null) return ProofCheck.Run(settings, context);
        TrustStore.Prepare();
        using var http = OutboundClient.Create(settings.AllowPrivate);
        var (identity, problem) = await FindAsync(settings, http, context.Time, cancellation);
        problem ??= await FindProblemAsync(identity!.Pds!, settings.AllowPrivate, cancellation);
        if (problem is not null)
        {
            context.Error.WriteLine($"error: {problem}");
            return ExitCode.CannotRun;
        }

        return await ProveAsync(settings, identity!, http, context, cancellation);
    }

    private static async Task<int> ProveAsync(
        CollectionsSettings settings, ResolvedIdentity identity, HttpClient http,
        CommandContext context, CancellationToken cancellation)
    {
        var pace = new HostPace(0, context.Time);
        var client = new XrpcClient(http, identity.Pds!, pace, context.Time);
        var prover = new CollectionProver(client, new HostProfile(context.Time));
        // The signature is judged at the end, so that what is wrong with it can be told.
        var repo = new SparseRepo(identity.Did);
        var outcome = await prover.ProveAsync(repo, settings.Strategy, null, cancellation);
        var answer = new CollectionsAnswer
        {
            Did = identity.Did,
            Pds = identity.Pds!,
            Outcome = outcome,
            Commit = repo.Commit,
            Signature = ProofCheck.Judge(repo.Commit, identity.Key),
        };
        if (settings.Audit && answer.IsProven)
        {
            var claim = await prover.ProveAsync(
                new SparseRepo(identity.Did), Strategy.Describe, null, cancellation);
            answer = answer with { Audit = Compare(outcome.Proven!.Collections, claim.Claimed) };
        }

        context.Output.WriteLine(settings.Json
            ? CollectionsReport.Json(answer, settings.Audit)
            : CollectionsReport.Text(answer, settings.Audit));
        if (outcome.Reason == Unproven.Unreachable) return ExitCode.CannotRun;
        if (!answer.IsProven) return ExitCode.No;
        if (settings.Proof is { } path) Keep(repo, path);
        return !settings.Audit || answer.Audit is { Agrees: true } ? ExitCode.Done : ExitCode.No;
    }

    private static async Task<(ResolvedIdentity? Identity, string? Problem)> FindAsync(
        CollectionsSettings settings, HttpClient http, TimeProvider time,
        CancellationToken cancellation)
    {
        if (settings.Account is not { } account)
        {
            var did = settings.Did!.Value;
            return (new ResolvedIdentity(did, settings.Pds, settings.Key, null), null);
        }

        var resolver = new IdentityResolver(http, settings.Plc, time)
        {
            AllowPrivate = settings.AllowPrivate,
        };
        var answer = account.Handle is { } handle
            ? await resolver.ResolveHandleAsync(handle, cancellation)
            : await resolver.ResolveAsync(account.Did!.Value, cancellation);
        if (answer.Error != IdentityError.None)
        {
            bool isPlc = account.ToString().StartsWith("did:plc:", StringComparison.Ordinal);
            string? problem = isPlc && answer.Error == IdentityError.Unreachable
                ? await FindProblemAsync(settings.Plc, settings.AllowPrivate, cancellation)
                : null;
            return (null, problem ?? $"{account} {answer.Error.Describe()}");
        }

        var found = answer.Identity! with
        {
            Pds = settings.Pds ?? answer.Identity.Pds,
            Key = settings.Key ?? answer.Identity.Key,
        };
        return found.Pds is null
            ? (null, $"the document of {found.Did} names no PDS: say which with --pds")
            : (found, null);
    }

    // Connections to such hosts are refused in any case: this says why.
    private static async Task<string?> FindProblemAsync(
        Uri host, bool allowPrivate, CancellationToken cancellation)
    {
        if (allowPrivate) return null;
        try
        {
            var addresses = await HostAddresses.FindAsync(host.IdnHost, cancellation);
            return addresses.Any(PublicAddress.IsPublic)
                ? null
                : $"{host.Host} has no public address: --allow-private asks it all the same";
        }
        catch (SocketException e)
        {
            return $"{host.Host}: {e.Message}";
        }
    }

    private static CollectionsAudit? Compare(
        IReadOnlyList<string> proven, IReadOnlyList<string>? claimed) => claimed is null
        ? null
        : new CollectionsAudit([.. proven.Except(claimed)], [.. claimed.Except(proven)]);

    private static void Keep(SparseRepo repo, string path)
    {
        var proof = new ArrayBufferWriter<byte>();
        var fault = CollectionProof.Write(repo, proof);
        if (fault is not null) throw new InvalidOperationException(fault.ToString());
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        file.Write(proof.WrittenSpan);
    }
}
