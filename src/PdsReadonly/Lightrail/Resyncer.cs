using System.Buffers;
using System.Collections.Concurrent;
using Atproto.Crypto;
using Atproto.Repo;
using Microsoft.Extensions.Logging;
using PdsReadonly.Index;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Proves the repos that are queued, each at the host that its account's document names: several at
/// once, few at the same host, none at a host that wants to be left alone.
/// </summary>
internal sealed partial class Resyncer(
    LightrailDatabase database, RemoteHosts hosts, IdentityResolver identities,
    EventIntake intake, LightrailMetrics metrics, LightrailSettings settings, TimeProvider time,
    ILogger<Resyncer> log)
{
    private const int WalksPerHostMax = 4;
    private const int NotFoundMax = 4;
    private const int DomainAttemptsMax = 10;
    private const int StatusBytesMax = 64 * 1024;

    // A host that answers drop by drop holds one of few places.
    private static readonly TimeSpan s_walkMost = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryFirst = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_retryMost = TimeSpan.FromDays(1);

    // While it is made a proof may take as much as its tree, counted by nobody: so none is made of
    // a tree so many times larger than what is kept.
    private const int TreeBytesPerProofByte = 8;

    // Walks let go mostly large arrays, of which the collector would let several times as much lie.
    private readonly RoomBudget _memory =
        new(settings.MemoryBytesMax, changed: metrics.ResyncBytes.Add, collect: GC.Collect);

    private readonly RoomBudget _disk = new(settings.SpillBytesMax);
    private readonly ConcurrentDictionary<long, (RoomBudget Memory, RoomBudget Disk)> _rooms = [];
    private readonly ResyncPlaces _places = new(settings.WalksMax, time);
    private long _lastTurn;

    /// <summary>Ends with the token, when the last walk has ended.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        // What a failure of this loop left behind.
        database.GiveBackAll();
        var tasks = new List<Task>();
        try
        {
            while (true)
            {
                _places.MoveSlowAside();
                StartDue(tasks, cancellation);

                // One that could not even be given back: the database fails.
                if (tasks.Find(task => task.IsFaulted) is { } failed) await failed;
                tasks.RemoveAll(task => task.IsCompleted);
                await intake.Queued.WaitAsync(s_look, time, cancellation);
                // What is woken for again and again is looked at now and then.
                await Task.Delay(s_rest, time, cancellation);
            }
        }
        finally
        {
            await Task.WhenAll(tasks);
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    // Hosts have turns: whoever was served last is served last again.
    private IEnumerable<long> InTurn(List<long> hosts) =>
        [.. hosts.Where(host => host > _lastTurn), .. hosts.Where(host => host <= _lastTurn)];

    // One of each queue at a time: none has all places because it comes first.
    private void StartDue(List<Task> tasks, CancellationToken cancellation)
    {
        var queues = InTurn(database.QueuesDue(Now)).ToList();
        while (queues.Count > 0) queues.RemoveAll(queue => !TryStart(queue, tasks, cancellation));
    }

    private bool TryStart(long queue, List<Task> tasks, CancellationToken cancellation)
    {
        if (TryEnter(queue) is not { } place) return false;
        if (database.TakeNext(queue, Now) is not { } item)
        {
            _places.Leave(place);
            return false;
        }

        _lastTurn = queue;
        if (item.HostId != 0) metrics.Resyncing.Add(1);
        tasks.Add(Task.Run(() => RunAsync(item, place, cancellation), CancellationToken.None));
        return true;
    }

    private ResyncPlace? TryEnter(long queue)
    {
        if (LookUpQueue.Is(queue)) return _places.TryEnter(KindOf(queue), queue, int.MaxValue);
        if (hosts.Find(queue) is not { } host) return null;
        if (host.Pace.HeldUntil > time.GetUtcNow()) return null;
        // One that fails, or was never heard of, is tried by one alone.
        return host.HasAnswered
            ? _places.TryEnter(PlaceKind.Host, queue, WalksPerHostMax)
            : _places.TryEnter(PlaceKind.NewHost, queue, 1);
    }

    private static PlaceKind KindOf(long queue) =>
        queue == LookUpQueue.DomainsThatFailed ? PlaceKind.DocumentAgain
        : LookUpQueue.IsOfDomains(queue) ? PlaceKind.Document
        : PlaceKind.Directory;

    private async Task RunAsync(
        ResyncItem item, ResyncPlace place, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(s_walkMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            limit.Token, place.Ended, cancellation);
        try
        {
            await ResyncAsync(item, place, either.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The queue gives it out again after the next start.
        }
        catch (OperationCanceledException)
        {
            FailTooSlow(item, place);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // One repo, or our own mistake with it, must not stop the others.
            LogFailed(e, item.Did.ToString());
            Retry(item);
        }
        finally
        {
            _places.Leave(place);
            if (item.HostId != 0) metrics.Resyncing.Add(-1);
            intake.Queued.Wake();
            if (item.HostId == 0) intake.LookedUp.Wake();
        }
    }

    private void FailTooSlow(ResyncItem item, ResyncPlace place)
    {
        if (place.Host is { } host)
        {
            metrics.Unproven.Add("TooSlow");
            host.Failed();
            Retry(item);
            return;
        }

        FailWithoutIdentity(item, IdentityError.Unreachable);
    }

    private async Task ResyncAsync(
        ResyncItem item, ResyncPlace place, CancellationToken cancellation)
    {
        bool isKnown = item.HostId != 0 && !item.Reason.IsCheck() && item.Attempts == 0;
        if (isKnown && hosts.Find(item.HostId) is { } known
            && database.FindKey(item.Did) is { } knownKey)
        {
            await AskAsync(item, known, knownKey, place, cancellation);
            return;
        }

        // The queue asks again, so that no look-up holds its place for long.
        var answer = await identities.ResolveAsync(item.Did, cancellation, attemptsMax: 1);
        if (answer.Identity is not { Pds: { } pds, Key: { } key })
        {
            FailWithoutIdentity(item, answer.Error);
            return;
        }

        if (hosts.Find(pds) is not { } host)
        {
            FailWithoutIdentity(item, IdentityError.Unsupported);
            return;
        }

        if (!database.SetIdentity(item.Did, host.Id, key))
        {
            metrics.LeftOut.Add("host");
            return;
        }

        if (host.Id != item.HostId)
        {
            // To be taken again in that host's turn.
            database.Failed(item.Did, Now, counts: false);
            return;
        }

        await AskAsync(item, host, key, place, cancellation);
    }

    private async Task AskAsync(
        ResyncItem item, RemoteHost host, PublicKey key, ResyncPlace place,
        CancellationToken cancellation)
    {
        place.Host = host;
        if (database.Find(item.Did) is not { } state) return;
        bool isAway = state.Status != AccountStatus.Active;
        if (!isAway && state.NeedsResync) await WalkAsync(item, host, key, place, cancellation);
        else await CheckAsync(item, host, state, cancellation);
    }

    private void FailWithoutIdentity(ResyncItem item, IdentityError error)
    {
        metrics.IdentityFailures.Add(error.ToString());
        if (item.HostId == 0 && error == IdentityError.Unreachable)
        {
            PutOff(item);
            return;
        }

        // It was never at any host that we know of. One that is there after all comes back with its
        // next event, or the next list.
        if (item.HostId == 0 && database.Forget(item.Did)) return;
        bool isPlc = item.Did.ToString().StartsWith("did:plc:", StringComparison.Ordinal);
        if (error == IdentityError.Tombstoned && isPlc)
        {
            database.Purge(item.Did);
            return;
        }

        // Nobody has made that name, or its maker is gone: a relay or a host may tell otherwise.
        bool isNobody = error is IdentityError.NotFound or IdentityError.Tombstoned
            && item.Attempts >= NotFoundMax;
        if (isNobody) Hide(item, AccountStatus.Inactive, time.GetTimestamp());
        else Retry(item);
    }

    private void PutOff(ResyncItem item)
    {
        bool isWeb = item.Did.ToString().StartsWith("did:web:", StringComparison.Ordinal);
        if (isWeb) database.FailedDomain(item.Did, AfterFailure(item), DomainAttemptsMax);
        // That the directory is silent is not the account's fault.
        else database.Failed(item.Did, AfterPause(s_retryFirst), counts: false);
    }

    // Until it is back; unless the stream has told since.
    private void Hide(ResyncItem item, AccountStatus status, long asked)
    {
        if (intake.SetStatus(item.Did, status, asked)) database.Await(item.Did);
        else Retry(item);
    }

    // Whether it is there, and where it stands, without a walk.
    private async Task CheckAsync(
        ResyncItem item, RemoteHost host, RepoState state, CancellationToken cancellation)
    {
        long asked = time.GetTimestamp();
        var answer = await AskStatusAsync(item, host, cancellation);
        if (RepoStatusAnswer.Read(answer) is not { } told)
        {
            Retry(item);
            return;
        }

        if (told.Rev is { } rev && state.RevMax is { } max && rev < max)
        {
            database.Tell(
                NoteKind.Rollback, item.Did.ToString(), $"host is at {rev}, seen was {max}");
        }

        bool isAway = told.Status != AccountStatus.Active;
        if (isAway && !await IsStillThereAsync(item, host, cancellation)) return;
        if (isAway) Hide(item, told.Status, asked);
        else if (!intake.SetStatus(item.Did, told.Status, asked)) Retry(item);
        else if (state.NeedsResync) database.Failed(item.Did, Now, counts: false);
        else database.Done(item.Did);
    }

    // Since it was looked up it may have gone elsewhere: then what this host said is no word on it.
    // False when it was given back.
    private async Task<bool> IsStillThereAsync(
        ResyncItem item, RemoteHost host, CancellationToken cancellation)
    {
        identities.Forget(item.Did);
        var current = await identities.ResolveAsync(item.Did, cancellation);
        if (current.Identity is not { Pds: { } pds, Key: { } key }
            || hosts.Find(pds) is not { } named)
        {
            Retry(item);
            return false;
        }

        if (named.Id == host.Id) return true;
        database.SetIdentity(item.Did, named.Id, key);
        database.Failed(item.Did, Now, counts: false);
        return false;
    }

    private static Task<XrpcAnswer> AskStatusAsync(
        ResyncItem item, RemoteHost host, CancellationToken cancellation) =>
        host.NewClient().GetAsync(
            $"com.atproto.sync.getRepoStatus?did={Uri.EscapeDataString(item.Did.ToString())}",
            StatusBytesMax, cancellation);

    private async Task WalkAsync(
        ResyncItem item, RemoteHost host, PublicKey key, ResyncPlace place,
        CancellationToken cancellation)
    {
        if (SignatureVerifier.TryCreate(key, out var verifier) != SignatureError.None)
        {
            Retry(item);
            return;
        }

        using var verifying = verifier;
        if (await ProveAsync(item, host, verifier!, place, cancellation) is not { } outcome)
        {
            Retry(item);
            return;
        }

        // It is over before the repo is given back: whoever takes it then walks anew.
        if (outcome.Proven is null) await FailAsync(item, host, outcome, cancellation);
    }

    // Null when another is at it.
    private async Task<CollectionsOutcome?> ProveAsync(
        ResyncItem item, RemoteHost host, SignatureVerifier verifier, ResyncPlace place,
        CancellationToken cancellation)
    {
        using var room = RoomAt(host);
        if (intake.Begin(item.Did, room.Memory) is not { } walk) return null;
        var repo = new SparseRepo(
            item.Did, verifier, settings.WalkBytesMax, room.Memory.TryTakeSpare);
        try
        {
            var client = host.NewClient(place.Add);
            var prover = new CollectionProver(client, host.Profile) { Room = room };
            var outcome = await prover.ProveAsync(
                repo, Strategy.Auto, walk.Inbox, cancellation);
            CountAsked(host, outcome);
            if (outcome.Proven is { } proven) Complete(item, host, repo, walk, outcome, proven);
            return outcome;
        }
        finally
        {
            intake.End(walk);
            hosts.Save(host);
        }
    }

    // No host gets more than half of what there is for all.
    private WalkRoom RoomAt(RemoteHost host)
    {
        var (memory, disk) = _rooms.GetOrAdd(host.Id, _ => (
            new RoomBudget(settings.MemoryBytesMax / 2, _memory),
            new RoomBudget(settings.SpillBytesMax / 2, _disk)));
        return new WalkRoom(memory, disk, settings.SpillFolder);
    }

    private void Complete(
        ResyncItem item, RemoteHost host, SparseRepo repo, Walk walk, CollectionsOutcome outcome,
        ProvenCollections proven)
    {
        if (intake.Complete(walk, host.Id, proven, outcome.Strategy.Origin(), item.Attempts))
        {
            KeepProof(repo);
        }
        else if (walk.IsOvertaken)
        {
            database.Failed(item.Did, Now, counts: false);
        }
        else
        {
            Retry(item);
        }
    }

    // The account may be away, which its host then says; else the host has its word, as a claim.
    private async Task FailAsync(
        ResyncItem item, RemoteHost host, CollectionsOutcome outcome,
        CancellationToken cancellation)
    {
        LogUnproven(item.Did.ToString(), host.Url.ToString(), outcome.Reason, outcome.Detail);
        if (outcome.Reason == Unproven.Malformed)
        {
            database.Tell(NoteKind.HostFault, item.Did.ToString(), outcome.Detail ?? "malformed");
        }

        if (outcome.Reason == Unproven.NoRoom)
        {
            // That is no failure of the repo's, nor of its host.
            database.Failed(item.Did, AfterPause(s_retryFirst), counts: false);
            return;
        }

        if (outcome.Reason == Unproven.Unreachable)
        {
            host.Failed();
            identities.Forget(item.Did);
            Retry(item);
            return;
        }

        long asked = time.GetTimestamp();
        var told = RepoStatusAnswer.Read(await AskStatusAsync(item, host, cancellation));
        if (!await IsStillThereAsync(item, host, cancellation)) return;
        if (told is { Status: not AccountStatus.Active and var away })
        {
            Hide(item, away, asked);
            return;
        }

        if (outcome.Reason != Unproven.Moving) await ClaimAsync(item, host, cancellation);
        Retry(item);
    }

    // What was proven once is worth more than a claim of today.
    private async Task ClaimAsync(
        ResyncItem item, RemoteHost host, CancellationToken cancellation)
    {
        if (database.FindRepo(item.Did)?.Origin > CollectionOrigin.Claimed) return;
        using var room = RoomAt(host);
        var prover = new CollectionProver(host.NewClient(), host.Profile) { Room = room };
        var described = await prover.ProveAsync(
            new SparseRepo(item.Did), Strategy.Describe, null, cancellation);
        CountAsked(host, described);
        if (described.Claimed is { } claimed)
        {
            database.SetClaimed(item.Did, host.Id, LightrailDatabase.MostOf(claimed));
        }
    }

    private void CountAsked(RemoteHost host, CollectionsOutcome outcome)
    {
        string name = host.Url.Authority;
        metrics.Requests.Add(name, outcome.Requests);
        metrics.Bytes.Add(name, outcome.Bytes);
        bool isHeard = outcome.Reason is Unproven.None or Unproven.NotGiven or Unproven.NoRepo
            or Unproven.Malformed or Unproven.Moving or Unproven.Claimed;
        if (isHeard) host.Answered();
        if (outcome.Reason == Unproven.None)
        {
            metrics.Proofs.Add(outcome.Strategy.ToString());
            return;
        }

        metrics.Unproven.Add(outcome.Reason.ToString());
        bool isFault = outcome.Reason is not (Unproven.Claimed or Unproven.NoRepo
            or Unproven.Moving or Unproven.TooLarge or Unproven.NoRoom);
        if (isFault) metrics.HostFaults.Add(name);
    }

    private void Retry(ResyncItem item) => database.Failed(item.Did, AfterFailure(item));

    private long AfterFailure(ResyncItem item) =>
        AfterPause(Backoff.After(item.Attempts + 1, s_retryFirst, s_retryMost));

    private long AfterPause(TimeSpan pause) =>
        (time.GetUtcNow() + pause).ToUnixTimeMilliseconds();

    private void KeepProof(SparseRepo repo)
    {
        if (repo.Tree.Bytes > (long)TreeBytesPerProofByte * settings.ProofBytesMax) return;
        var car = new ArrayBufferWriter<byte>();
        if (CollectionProof.Write(repo, car) is not null) return;
        if (car.WrittenCount > settings.ProofBytesMax) return;
        database.KeepProof(repo.Did, repo.Commit!.Cid, car.WrittenMemory);
    }

    [LoggerMessage(LogLevel.Error, "resync of {Did} failed")]
    private partial void LogFailed(Exception exception, string did);

    [LoggerMessage(LogLevel.Information, "{Did} at {Host} unproven: {Reason}, {Detail}")]
    private partial void LogUnproven(string did, string host, Unproven reason, string? detail);
}
