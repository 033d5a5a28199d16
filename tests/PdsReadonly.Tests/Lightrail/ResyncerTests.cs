using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using Samples.World;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Repos that are queued, at hosts where it goes well and where it does not.</summary>
public sealed class ResyncerTests : IDisposable
{
    private const int WalksPerHostMax = 6;

    private readonly IndexedWorld _world = new(settings => settings with { WalksMax = 8 });

    public void Dispose() => _world.Dispose();

    [Test]
    public async Task Run_QueuedRepos_AreProvenAtTheirHosts()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c", "x.y.z");
        var bob = _world.Join("bob", _world.Two);
        _world.List(alice, bob);
        await RunUntilAsync(() => IsProven(alice) && IsProven(bob));
        _world.AssertTruth(alice);
        _world.AssertTruth(bob);
        Assert.Equal(_world.IdOf(_world.One), RepoOf(alice).HostId);
        Assert.Equal(_world.IdOf(_world.Two), RepoOf(bob).HostId);
        Assert.Equal((0, 2), (_world.Index.Totals.Queued, _world.Index.Totals.Proofs));
        Assert.Equal(0, _world.Metrics.Resyncing.Value);
    }

    [Test]
    public async Task Run_AccountThatLeftMeanwhile_IsProvenWhereItIsAndNeverHidden()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.List(alice);
        _world.Identify(alice);
        Assert.Equal(_world.One.Url, await _world.PdsOfAsync(alice));
        alice.Host = _world.Two;
        await RunUntilAsync(() => IsProven(alice));
        _world.AssertTruth(alice);
        Assert.True(_world.One.Requests > 0);
        Assert.Equal(_world.IdOf(_world.Two), RepoOf(alice).HostId);
    }

    [Test]
    public async Task Run_WalkThatFailed_IsOverBeforeTheRepoIsTakenAgain()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.List(alice);
        _world.Identify(alice);
        Assert.Equal(_world.One.Url, await _world.PdsOfAsync(alice));
        alice.Host = _world.Two;
        bool? isOver = null;
        _world.Answer = request =>
        {
            // Where it is now is looked up when the walk at the other host has failed.
            if (request.RequestUri!.Host == _world.Relay.Url.Host)
            {
                var walk = _world.Intake.Begin(IndexedWorld.DidOf(alice));
                isOver = walk is not null;
                if (walk is not null) _world.Intake.End(walk);
            }

            return Task.FromResult<HttpResponseMessage?>(null);
        };
        await RunUntilAsync(() => isOver is not null);
        Assert.True(isOver);
    }

    [Test]
    public async Task Run_NoRoom_IsNoFailureOfTheRepo()
    {
        byte[] large = new byte[2_800_000];
        _world.One.Lie = (_, _, honest) => honest with { Body = large, Shape = BodyShape.Stalled };
        var alice = _world.Join("alice", _world.One, "a.b.c");
        var bob = _world.Join("bob", _world.One, "a.b.c");
        _world.List(alice);
        _world.Identify(alice);
        // Another is asked by one at a time.
        _world.Hosts.Find(_world.One.Url)!.Answered();
        await RunUntilAsync(
            () => _world.Metrics.Unproven["NoRoom"] > 0,
            async () =>
            {
                // What there is for that host is taken.
                await IndexedWorld.UntilAsync(() => _world.Metrics.ResyncBytes.Value > 1_500_000);
                _world.List(bob);
                _world.Identify(bob);
            },
            _world.Settings with { MemoryBytesMax = 6 << 20 });
        var item = _world.Index.TakeNext(_world.IdOf(_world.One), _world.Now + 60_000);
        Assert.Equal((IndexedWorld.DidOf(bob), 0), (item!.Did, item.Attempts));
        Assert.Equal(0, _world.Hosts.Find(_world.One.Url)!.Profile.Faults);
    }

    [Test]
    public async Task Run_CheckAtTheHostThatWasLeft_HidesNothing()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        _world.Identify(alice);
        Assert.Equal(_world.One.Url, await _world.PdsOfAsync(alice));
        alice.Host = _world.Two;
        _world.Index.Enqueue(IndexedWorld.DidOf(alice), ResyncReason.Unlisted, 0);
        await RunUntilAsync(() => RepoOf(alice).HostId == _world.IdOf(_world.Two)
            && IsProven(alice));
        Assert.Equal(AccountStatus.Active, _world.StateOf(alice)!.Status);
    }

    [Test]
    [Arguments(AccountState.Deactivated, AccountStatus.Deactivated)]
    [Arguments(AccountState.Takendown, AccountStatus.Takendown)]
    internal async Task Run_AccountThatIsAway_IsHidden(AccountState state, AccountStatus status)
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        Enqueue(alice);
        alice.State = state;
        await RunUntilAsync(() => _world.StateOf(alice)!.Status == status);
        // It is not asked again before it is back.
        _world.Time.Now += TimeSpan.FromDays(2);
        Assert.Null(_world.TakeReason(alice));
        Assert.Equal(["a.b.c"], _world.CollectionsOf(alice));
    }

    [Test]
    public async Task Run_RepoThatItsHostDoesNotHave_IsHidden()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        Enqueue(alice);
        Refuse("one.example", "RepoNotFound");
        await RunUntilAsync(() => _world.StateOf(alice)!.Status == AccountStatus.Inactive);
    }

    [Test]
    public async Task Run_HostThatProvesNothing_ClaimsUntilItDoes()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c", "x.y.z");
        _world.One.Traits = HostTraits.All.Single(traits => traits.Name == "describes alone");
        _world.One.Lie = (request, _, honest) => request.Method == "describeRepo"
            ? WorldAnswer.OfJson(json =>
            {
                json.WriteString("did", alice.Did);
                json.WriteStartArray("collections");
                json.WriteStringValue("a.b.c");
                json.WriteStringValue("in.vent.ed");
                json.WriteEndArray();
            })
            : honest;
        _world.List(alice);
        await RunUntilAsync(() => NextDue(alice) > _world.Now);
        Assert.Equal(["a.b.c", "in.vent.ed"], _world.CollectionsOf(alice));
        Assert.Equal(CollectionOrigin.Claimed, RepoOf(alice).Origin);
        Assert.True(_world.StateOf(alice)!.NeedsResync);

        _world.One.Traits = HostTraits.Proving;
        _world.Time.Now += TimeSpan.FromDays(8);
        await RunUntilAsync(() => IsProven(alice));
        _world.AssertTruth(alice);
        var totals = _world.Index.Totals;
        Assert.Equal((1, 1, 0), (
            totals.ClaimsDisproved, totals.ClaimsIncomplete, totals.ClaimedRepos));
    }

    [Test]
    public async Task Run_HostThatProvesNoLonger_DoesNotClaimWhatWasProven()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c", "x.y.z");
        Enqueue(alice);
        _world.One.Traits = HostTraits.All.Single(traits => traits.Name == "describes alone");
        await RunUntilAsync(() => NextDue(alice) > _world.Now);
        Assert.DoesNotContain("describeRepo", _world.One.Methods);
        Assert.Equal(CollectionOrigin.Proof, RepoOf(alice).Origin);
        Assert.Equal(0, _world.Index.Totals.ClaimedRepos);
    }

    [Test]
    public async Task Run_NewAccountWithoutADocument_IsForgottenAndComesInWithTheNextList()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.List(alice);
        alice.State = AccountState.Deleted;
        await RunUntilAsync(() => _world.StateOf(alice) is null);
        Assert.Equal(new LightrailTotals(), _world.Index.Totals);
        Assert.Equal(1, _world.Metrics.IdentityFailures["NotFound"]);
        alice.State = AccountState.Active;
        _world.List(alice);
        // What was found is believed for a while.
        _world.Identities.Forget(IndexedWorld.DidOf(alice));
        await RunUntilAsync(() => IsProven(alice));
        _world.AssertTruth(alice);
    }

    [Test]
    public async Task Run_SilentDirectory_LosesNothingAndIsSaid()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.List(alice);
        bool isSilent = true;
        _world.Answer = request => isSilent && request.RequestUri!.Host == "relay.example"
            ? throw new HttpRequestException("refused")
            : Task.FromResult<HttpResponseMessage?>(null);
        await RunUntilAsync(() => _world.Metrics.IdentityFailures["Unreachable"] == 1
            && _world.Index.QueuesDue(_world.Now).Count == 0);
        _world.Time.Now += TimeSpan.FromSeconds(12);
        Assert.Equal(TimeSpan.FromSeconds(12), _world.Identities.PlcSilence.Length);
        isSilent = false;
        _world.Time.Now += TimeSpan.FromMinutes(1);
        await RunUntilAsync(() => IsProven(alice));
        Assert.Null(_world.Identities.PlcSilence.Length);
    }

    [Test]
    public async Task Run_HostThatFailed_HasLessRoomUntilItAnswers()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        _world.List(alice);
        _world.Identify(alice);
        var host = _world.Hosts.Find(_world.One.Url)!;
        Assert.False(host.HasAnswered);
        int requests = 0;
        _world.Answer = request => request.RequestUri!.Host == "one.example" && requests++ < 1
            ? throw new HttpRequestException("refused")
            : Task.FromResult<HttpResponseMessage?>(null);
        await RunUntilAsync(() => host.Failures == 1 && NextDue(alice) > _world.Now);
        // One attempt is all that it gets before it was heard of.
        Assert.Equal((1, false), (requests, host.HasAnswered));
        _world.Time.Now += TimeSpan.FromMinutes(1);
        await RunUntilAsync(() => IsProven(alice));
        Assert.Equal((0, true), (host.Failures, host.HasAnswered));
    }

    [Test]
    public async Task Run_AccountWithoutADocument_IsTriedLaterAndLater()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        _world.Index.Enqueue(IndexedWorld.DidOf(alice), ResyncReason.Moved, 0);
        alice.State = AccountState.Deleted;
        var pause = TimeSpan.FromSeconds(30);
        for (int attempt = 1; attempt <= 4; attempt++)
        {
            await RunUntilAsync(() => NextDue(alice) > _world.Now);
            var wait = TimeSpan.FromMilliseconds(NextDue(alice)!.Value - _world.Now);
            Assert.InRange(wait, pause / 2 - TimeSpan.FromSeconds(1), pause);
            pause *= 2;
            _world.Time.Now += wait;
        }

        alice.State = AccountState.Active;
        _world.Time.Now += TimeSpan.FromHours(1);
        await RunUntilAsync(() => IsProven(alice));
        _world.AssertTruth(alice);
    }

    [Test]
    public async Task Run_AccountWhoseDidIsNoMore_IsForgotten()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        _world.Index.Enqueue(IndexedWorld.DidOf(alice), ResyncReason.Moved, 0);
        _world.Answer = request => Task.FromResult(
            request.RequestUri!.AbsolutePath.Contains(alice.Did, StringComparison.Ordinal)
                ? new HttpResponseMessage(HttpStatusCode.Gone)
                : null);
        await RunUntilAsync(() => _world.StateOf(alice)!.Status == AccountStatus.Deleted);
        Assert.Equal(new LightrailTotals(), _world.Index.Totals);
    }

    [Test]
    public async Task Run_ManyRepos_AsksFewAtOnce()
    {
        WorldAccount[] accounts =
        [
            .. Enumerable.Range(0, 10).Select(i => _world.Join($"one {i}", _world.One, "a.b.c")),
            .. Enumerable.Range(0, 10).Select(i => _world.Join($"two {i}", _world.Two, "a.b.c")),
        ];
        _world.List(accounts);
        foreach (var account in accounts) _world.Identify(account);
        // Others are asked by one at a time.
        _world.Hosts.Find(_world.One.Url)!.Answered();
        _world.Hosts.Find(_world.Two.Url)!.Answered();
        var gate = new TaskCompletionSource();
        var underWay = new System.Collections.Concurrent.ConcurrentQueue<string>();
        _world.Answer = async request =>
        {
            if (request.RequestUri!.Host == "relay.example") return null;
            underWay.Enqueue(request.RequestUri.Host);
            await gate.Task;
            return null;
        };
        await RunUntilAsync(
            () => accounts.All(IsProven),
            async () =>
            {
                await IndexedWorld.UntilAsync(() => underWay.Count >= 8);
                for (int i = 0; i < 20; i++)
                {
                    _world.Intake.Queued.Wake();
                    await Task.Delay(1, TestRun.Cancellation);
                }

                Assert.Equal(_world.Settings.WalksMax, underWay.Count);
                Assert.Equal(8, _world.Metrics.Resyncing.Value);
                var most = underWay.GroupBy(host => host).Max(host => host.Count());
                Assert.InRange(most, 1, WalksPerHostMax);
                gate.SetResult();
            });
        Assert.All(accounts, _world.AssertTruth);
    }

    [Test]
    public async Task Run_HostThatWantsToBeLeftAlone_IsAskedLater()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        var bob = _world.Join("bob", _world.Two, "a.b.c");
        _world.List(alice, bob);
        _world.Identify(alice);
        _world.Identify(bob);
        _world.Hosts.Find(_world.One.Url)!.Pace.Hold(TimeSpan.FromMinutes(10));
        await RunUntilAsync(() => IsProven(bob));
        Assert.Equal(0, _world.One.Requests);
        Assert.True(NextDue(alice) <= _world.Now);
        _world.Time.Now += TimeSpan.FromMinutes(11);
        await RunUntilAsync(() => IsProven(alice));
        _world.AssertTruth(alice);
    }

    [Test]
    public async Task Run_OursToBlame_StopsNoOther()
    {
        var alice = _world.Join("alice", _world.One, "a.b.c");
        var bob = _world.Join("bob", _world.One, "a.b.c");
        _world.List(alice, bob);
        _world.Answer = request =>
            request.RequestUri!.Query.Contains(
                alice.Did["did:plc:".Length..], StringComparison.Ordinal)
            ? throw new InvalidOperationException("a mistake")
            : Task.FromResult<HttpResponseMessage?>(null);
        await RunUntilAsync(() => RepoOf(bob).IsProven && NextDue(alice) > _world.Now);
        _world.AssertTruth(bob);
        Assert.Equal(0, _world.Metrics.Resyncing.Value);
    }

    [Test]
    public async Task Run_SyncWhileItIsWalked_IsProvenOnceMoreAtOnce()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        Enqueue(alice);
        _world.One.AfterAnswer = request =>
        {
            if (request.Method != "getRepoCollections" || alice.Repo.Has("n.e.w/1")) return;
            _ = alice.Repo.Replace(["n.e.w/1"]);
            _world.Take(_world.FromRelay, IndexedWorld.Sync(alice.Repo));
        };
        await RunUntilAsync(() => IsProven(alice));
        _world.AssertTruth(alice);
        Assert.Equal(["n.e.w"], _world.CollectionsOf(alice));
        Assert.Equal(0, _world.Index.Totals.Rollbacks);
    }

    [Test]
    public async Task Run_HostThatIsBehind_IsToldAndNotFollowed()
    {
        var alice = _world.JoinProven("alice", _world.One, "a.b.c");
        byte[] old = alice.Repo.ProvenPage();
        _world.Take(_world.FromRelay, IndexedWorld.Commit(alice.Repo.Write(["n.e.w/1"], [])));
        Enqueue(alice);
        _world.One.Lie = (request, _, honest) =>
            request.Method == "getRepoCollections" ? WorldAnswer.OfCar(old) : honest;
        await RunUntilAsync(() => NextDue(alice) > _world.Now);
        Assert.Equal(["a.b.c", "n.e.w"], _world.CollectionsOf(alice));
        // It may be a replica that lags.
        Assert.Equal(0, _world.Index.Totals.Rollbacks);
        _world.Time.Now += TimeSpan.FromMinutes(1);
        await RunUntilAsync(() => NextDue(alice) > _world.Now);
        Assert.Equal(1, _world.Index.Totals.Rollbacks);
        _world.One.Lie = null;
        _world.Time.Now += TimeSpan.FromMinutes(5);
        await RunUntilAsync(() => IsProven(alice));
        _world.AssertTruth(alice);
    }

    private bool IsProven(WorldAccount account) => RepoOf(account) is { IsProven: true }
        && NextDue(account) is null;

    private LightrailRepo RepoOf(WorldAccount account) =>
        _world.Index.FindRepo(IndexedWorld.DidOf(account))!;

    // Where it is the only one that waits.
    private long? NextDue(WorldAccount account) =>
        _world.Index.NextDue(RepoOf(account).HostId);

    private void Enqueue(WorldAccount account) =>
        _world.Index.Enqueue(IndexedWorld.DidOf(account), ResyncReason.Asked, 0);

    private void Refuse(string host, string error) => _world.Answer = request => Task.FromResult(
        request.RequestUri!.Host != host
            ? null
            : new HttpResponseMessage(HttpStatusCode.BadRequest)
            {
                Content = new StringContent($"{{\"error\":\"{error}\"}}"),
            });

    private async Task RunUntilAsync(
        Func<bool> condition, Func<Task>? meanwhile = null, LightrailSettings? settings = null)
    {
        var resyncer = new Resyncer(
            _world.Index, _world.Hosts, _world.Identities, _world.Intake, _world.Metrics,
            settings ?? _world.Settings, _world.Time, NullLogger<Resyncer>.Instance);
        using var stop = new CancellationTokenSource();
        var run = Task.Run(() => resyncer.RunAsync(stop.Token), CancellationToken.None);
        if (meanwhile is not null) await meanwhile();
        await IndexedWorld.UntilAsync(condition);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }
}
