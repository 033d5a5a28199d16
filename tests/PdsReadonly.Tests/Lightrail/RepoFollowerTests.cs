using Atproto.Firehose;
using Atproto.Syntax;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using Samples;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>What each message means, state by state.</summary>
public sealed class RepoFollowerTests
{
    private readonly FollowedRepo _repo = new();

    [Test]
    public void Follow_FirstCommit_IsAppliedToWhatIsUnknown()
    {
        var first = _repo.Write("a.b.c/1");
        var result = RepoFollower.Follow(_repo.Unknown, first);
        Assert.Equal(FollowVerdict.Applied, result.Verdict);
        Assert.Equal(_repo.At(first), result.After);
        Assert.Equal([new CollectionEffect("a.b.c", Presence.Present)], result.Changes);
    }

    [Test]
    public void Follow_LaterCommitOfWhatIsUnknown_AsksForAProof()
    {
        _repo.Write("a.b.c/1");
        var second = _repo.Write("a.b.d/1");
        var result = RepoFollower.Follow(_repo.Unknown, second);
        Assert.Equal(FollowVerdict.Resync, result.Verdict);
        Assert.True(result.HoldsCommit);
        Assert.True(result.After.NeedsResync);
        Assert.Equal(second.Commit.Rev, result.After.RevMax);
        Assert.Null(result.After.Rev);
    }

    [Test]
    public void Follow_CommitsThatChain_AreAppliedOnceEach()
    {
        var state = _repo.At(_repo.Write("a.b.c/1"));
        var second = _repo.Write("a.b.d/1");
        var third = _repo.Remove("a.b.c/1");
        var result = RepoFollower.Follow(state, second);
        Assert.Equal(FollowVerdict.Applied, result.Verdict);
        Assert.Equal(
            FollowVerdict.Duplicate, RepoFollower.Follow(result.After, second).Verdict);
        result = RepoFollower.Follow(result.After, third);
        Assert.Equal(FollowVerdict.Applied, result.Verdict);
        Assert.Equal([new CollectionEffect("a.b.c", Presence.Absent)], result.Changes);
        var replayed = RepoFollower.Follow(result.After, second);
        Assert.Equal(FollowVerdict.Duplicate, replayed.Verdict);
        Assert.Equal(result.After, replayed.After);
        Assert.True(RepoFollower.IsPast(result.After, second.Commit.Rev));
    }

    [Test]
    public void Follow_Gap_AsksForAProof()
    {
        var state = _repo.At(_repo.Write("a.b.c/1"));
        _repo.Write("a.b.d/1");
        var third = _repo.Write("a.b.e/1");
        var result = RepoFollower.Follow(state, third);
        Assert.Equal(FollowVerdict.Resync, result.Verdict);
        Assert.True(result.HoldsCommit);
        Assert.Empty(result.Changes);
        Assert.Equal(state.Rev, result.After.Rev);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public void Follow_OtherSinceOrOtherTree_AsksForAProof(bool isSince)
    {
        var first = _repo.Write("a.b.c/1");
        var second = _repo.Write("a.b.d/1");
        var other = isSince
            ? second with { Since = default(Tid) }
            : second with { PrevData = second.Commit.Data };
        Assert.Equal(
            FollowVerdict.Resync, RepoFollower.Follow(_repo.At(first), other).Verdict);
    }

    [Test]
    public void Follow_EffectThatIsNotTold_AsksForAProof()
    {
        var first = _repo.Write("a.b.c/1");
        var second = _repo.Write("a.b.d/1") with
        {
            Effects = [new CollectionEffect("a.b.d", Presence.Unknown)],
        };
        Assert.Equal(
            FollowVerdict.Resync, RepoFollower.Follow(_repo.At(first), second).Verdict);
    }

    [Test]
    public void Follow_CommitThatTellsNoTreeBefore_AsksForAProof()
    {
        var first = _repo.Write("a.b.c/1");
        var second = _repo.Write("a.b.d/1") with { PrevData = null, IsInverted = false };
        Assert.Equal(
            FollowVerdict.Resync, RepoFollower.Follow(_repo.At(first), second).Verdict);
    }

    [Test]
    public void Follow_LowerRevThatFollowsTheKnown_IsARollback()
    {
        var low = _repo.Write("a.b.c/1");
        var known = _repo.Write("a.b.d/1");
        var back = low with { Since = known.Commit.Rev, PrevData = known.Commit.Data };
        var state = _repo.At(known);
        var result = RepoFollower.Follow(state, back);
        Assert.Equal(FollowVerdict.Rollback, result.Verdict);
        Assert.Equal(state, result.After);
    }

    [Test]
    public void Follow_OtherTreeAtTheSameRev_AsksForAProof()
    {
        var first = _repo.Write("a.b.c/1");
        var state = _repo.At(first);
        var forked = state with { Data = Atproto.Multiformats.Cid.Of(0, []) };
        Assert.Equal(FollowVerdict.Resync, RepoFollower.Follow(forked, first).Verdict);
        Assert.Equal(
            FollowVerdict.Resync, RepoFollower.Follow(forked, first.Commit).Verdict);
    }

    [Test]
    public void Follow_CommitOfAnother_IsIgnored()
    {
        var other = new FollowedRepo("did:plc:bbbbbbbbbbbbbbbbbbbbbbbb").Write("a.b.c/1");
        var result = RepoFollower.Follow(_repo.Unknown, other);
        Assert.Equal(FollowVerdict.Ignored, result.Verdict);
        result = RepoFollower.Follow(_repo.Unknown, other.Commit);
        Assert.Equal(FollowVerdict.Ignored, result.Verdict);
        result = RepoFollower.Prove(_repo.Unknown, other.Commit, new HeldCommits());
        Assert.Equal(FollowVerdict.Ignored, result.Verdict);
    }

    [Test]
    public void Follow_Sync_MovesOnlyWhenTheTreeIsTheSame()
    {
        var first = _repo.Write("a.b.c/1");
        var again = _repo.Write();
        var moved = _repo.Write("a.b.d/1");
        var state = _repo.At(first);
        var result = RepoFollower.Follow(state, again.Commit);
        Assert.Equal(FollowVerdict.Applied, result.Verdict);
        Assert.Empty(result.Changes);
        Assert.Equal(_repo.At(again), result.After);
        Assert.Equal(
            FollowVerdict.Duplicate, RepoFollower.Follow(state, first.Commit).Verdict);
        result = RepoFollower.Follow(state, moved.Commit);
        Assert.Equal(FollowVerdict.Resync, result.Verdict);
        Assert.Equal(moved.Commit.Rev, result.After.RevMax);
        Assert.Equal(
            FollowVerdict.Rollback,
            RepoFollower.Follow(_repo.At(moved), first.Commit).Verdict);
        Assert.Equal(
            FollowVerdict.Resync,
            RepoFollower.Follow(state with { NeedsResync = true }, again.Commit).Verdict);
    }

    [Test]
    [Arguments("deactivated")]
    [Arguments("suspended")]
    [Arguments("takendown")]
    [Arguments("whatever")]
    [Arguments(null)]
    public void Follow_InactiveAndBack_KeepsTheRows(string? status)
    {
        var state = _repo.At(_repo.Write("a.b.c/1"));
        var away = RepoFollower.Follow(
            state, FollowedRepo.Account(_repo.Did, isActive: false, status));
        Assert.Equal(FollowVerdict.Applied, away.Verdict);
        Assert.NotEqual(AccountStatus.Active, away.After.Status);
        Assert.Equal(
            FollowVerdict.Duplicate,
            RepoFollower.Follow(
                away.After, FollowedRepo.Account(_repo.Did, false, status)).Verdict);
        var back = RepoFollower.Follow(
            away.After, FollowedRepo.Account(_repo.Did, isActive: true));
        Assert.Equal(FollowVerdict.Applied, back.Verdict);
        Assert.Equal(state, back.After);
        var stale = RepoFollower.Follow(
            away.After with { NeedsResync = true }, FollowedRepo.Account(_repo.Did, true));
        Assert.Equal(FollowVerdict.Resync, stale.Verdict);
    }

    [Test]
    public void Follow_Deleted_PurgesAndIgnoresUntilItIsBack()
    {
        var first = _repo.Write("a.b.c/1");
        var gone = RepoFollower.Follow(
            _repo.At(first), FollowedRepo.Account(_repo.Did, false, "deleted"));
        Assert.Equal(FollowVerdict.Purge, gone.Verdict);
        Assert.Null(gone.After.Rev);
        Assert.Null(gone.After.Data);
        Assert.Equal(first.Commit.Rev, gone.After.RevMax);
        Assert.Equal(
            FollowVerdict.Duplicate,
            RepoFollower.Follow(
                gone.After, FollowedRepo.Account(_repo.Did, false, "deleted")).Verdict);
        Assert.Equal(FollowVerdict.Ignored, RepoFollower.Follow(gone.After, first).Verdict);
        Assert.Equal(
            FollowVerdict.Ignored, RepoFollower.Follow(gone.After, first.Commit).Verdict);
        Assert.Equal(
            FollowVerdict.Ignored,
            RepoFollower.Refuse(gone.After, CommitFault.NodeMissing, isKeyFresh: true).Verdict);
        Assert.Equal(
            FollowVerdict.Ignored,
            RepoFollower.Prove(gone.After, first.Commit, new HeldCommits()).Verdict);
        var back = RepoFollower.Follow(gone.After, FollowedRepo.Account(_repo.Did, true));
        Assert.Equal(FollowVerdict.Resync, back.Verdict);
        // What was there before the deletion does not come back.
        var older = RepoFollower.Prove(
            back.After with { RevMax = new Tid(first.Commit.Rev.Value + 1) },
            first.Commit, new HeldCommits());
        Assert.Equal(FollowVerdict.Rollback, older.Verdict);
    }

    [Test]
    public void Follow_Identity_AsksForIt()
    {
        var result = RepoFollower.Follow(_repo.Unknown, new StreamIdentity { Did = _repo.Did });
        Assert.True(result.RefreshesIdentity);
        result = RepoFollower.Follow(_repo.Unknown, new StreamIdentity { Did = default });
        Assert.False(result.RefreshesIdentity);
    }

    [Test]
    public void Refuse_Signature_AsksForTheKeyOnce()
    {
        var state = _repo.At(_repo.Write("a.b.c/1"));
        var result = RepoFollower.Refuse(
            state, CommitFault.SignatureInvalid, isKeyFresh: false);
        Assert.Equal(FollowVerdict.Ignored, result.Verdict);
        Assert.True(result.RefreshesIdentity);
        Assert.Equal(state, result.After);
        result = RepoFollower.Refuse(state, CommitFault.SignatureInvalid, isKeyFresh: true);
        Assert.Equal(FollowVerdict.Resync, result.Verdict);
        Assert.False(result.RefreshesIdentity);
        result = RepoFollower.Refuse(state, CommitFault.PrevDataMismatch, isKeyFresh: false);
        Assert.Equal(FollowVerdict.Resync, result.Verdict);
    }

    [Test]
    public void IsAhead_Revs_AreBelievedForFiveMinutes()
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.False(RepoFollower.IsAhead(TidAt(now + TimeSpan.FromMinutes(4)), now));
        Assert.True(RepoFollower.IsAhead(TidAt(now + TimeSpan.FromMinutes(6)), now));
        Assert.True(RepoFollower.IsAhead(new Tid(ulong.MaxValue), now));
        Assert.False(RepoFollower.IsAhead(default, DateTimeOffset.MaxValue - TimeSpan.FromDays(1)));
    }

    [Test]
    public void Prove_HeldCommits_Follow()
    {
        var held = new HeldCommits();
        var first = _repo.Write("a.b.c/1");
        var state = _repo.Unknown;
        var all = new List<VerifiedCommit> { first };
        for (int i = 0; i < 6; i++) all.Add(_repo.Write($"n.{(char)('a' + i)}.x/1"));
        all.Add(_repo.Remove("n.f.x/1"));
        foreach (var commit in all.Skip(1))
        {
            var result = RepoFollower.Follow(state, commit);
            Assert.True(result.HoldsCommit);
            state = result.After;
            Assert.True(held.Add(commit));
        }

        var proven = RepoFollower.Prove(state, all[3].Commit, held);
        Assert.Equal(FollowVerdict.Applied, proven.Verdict);
        Assert.Equal(_repo.At(all[^1]), proven.After);
        Assert.Equal(
            [
                new CollectionEffect("n.d.x", Presence.Present),
                new CollectionEffect("n.e.x", Presence.Present),
                new CollectionEffect("n.f.x", Presence.Absent),
            ],
            proven.Changes);
        held.Drop(_repo.Did, proven.After.Rev);
        Assert.Equal((0, 0), (held.Count, held.RepoCount));
    }

    [Test]
    public void Prove_HeldCommitsWithAGap_AreAppliedUpToIt()
    {
        var held = new HeldCommits();
        var first = _repo.Write("a.b.c/1");
        var second = _repo.Write("a.b.d/1");
        _repo.Write("a.b.e/1");
        var fourth = _repo.Write("a.b.f/1");
        held.Add(fourth);
        held.Add(second);
        var state = _repo.Unknown with { NeedsResync = true, RevMax = fourth.Commit.Rev };
        var result = RepoFollower.Prove(state, first.Commit, held);
        Assert.Equal(FollowVerdict.Resync, result.Verdict);
        Assert.Equal(second.Commit.Rev, result.After.Rev);
        Assert.True(result.After.NeedsResync);
        Assert.Equal([new CollectionEffect("a.b.d", Presence.Present)], result.Changes);
        held.Drop(_repo.Did, result.After.Rev);
        Assert.Equal([fourth], held.Of(_repo.Did));
    }

    [Test]
    public void Prove_OlderThanWhatWasSeen_IsARollbackOrDoneAgain()
    {
        var held = new HeldCommits(perRepoMax: 1);
        var first = _repo.Write("a.b.c/1");
        var second = _repo.Write("a.b.d/1");
        var third = _repo.Write("a.b.e/1");
        var state = _repo.At(third) with { NeedsResync = true };
        var result = RepoFollower.Prove(state, first.Commit, held);
        Assert.Equal(FollowVerdict.Rollback, result.Verdict);
        Assert.Equal(state, result.After);
        Assert.True(held.Add(second));
        Assert.False(held.Add(third));
        result = RepoFollower.Prove(state, first.Commit, held);
        Assert.Equal(FollowVerdict.Resync, result.Verdict);
        result = RepoFollower.Prove(state, third.Commit, held);
        Assert.Equal(FollowVerdict.Applied, result.Verdict);
        Assert.Equal(_repo.At(third), result.After);
    }

    [Test]
    public void Follow_StreamsWithLossAndReplay_AreNeverWrong()
    {
        string? given = Environment.GetEnvironmentVariable("PDS_TEST_SEED");
        ulong seed = given is null
            ? (ulong)Environment.TickCount64
            : ulong.Parse(given, System.Globalization.CultureInfo.InvariantCulture);
        Console.WriteLine($"PDS_TEST_SEED={seed}");
        for (int run = 0; run < 40; run++)
        {
            new LossyStream(new SampleRandom(unchecked((seed * 1_000_003) + (ulong)run))).Run();
        }
    }

    private static Tid TidAt(DateTimeOffset time) =>
        new((ulong)(time.ToUnixTimeMilliseconds() * 1000) << 10);

    /// <summary>
    /// One repo whose commits get lost, come twice, and late; proofs of any moment come in between.
    /// What the follower says it knows is compared with the truth at that rev.
    /// </summary>
    private sealed class LossyStream(SampleRandom random)
    {
        private readonly FollowedRepo _repo = new();
        private readonly HeldCommits _held = new(perRepoMax: 8);
        private readonly List<(VerifiedCommit Commit, HashSet<string> Truth)> _history = [];
        private readonly HashSet<string> _known = [];
        private RepoState? _state;

        internal void Run()
        {
            _state = _repo.Unknown;
            for (int i = 0; i < 80; i++)
            {
                var commit = FollowedRepo.Verified(
                    _repo.Repo.WriteRandomly(random, opsMax: 2 + random.Below(8)));
                _history.Add((commit, _repo.Collections));
                if (!random.Chance(10)) Take(commit);
                if (random.Chance(10)) Take(random.Pick<VerifiedCommit>(Commits()));
                if (_state.NeedsResync && random.Chance(30)) Prove();
            }

            // In the end the host answers with what it has now.
            if (_state.NeedsResync) Prove(lag: 0);
            Assert.False(_state.NeedsResync);
        }

        private VerifiedCommit[] Commits() => [.. _history.Select(each => each.Commit)];

        private void Take(VerifiedCommit commit)
        {
            var result = RepoFollower.Follow(_state!, commit);
            _state = result.After;
            if (result.HoldsCommit) _held.Add(commit);
            Adopt(result);
        }

        private void Prove(int? lag = null)
        {
            int at = Math.Max(0, _history.Count - 1 - (lag ?? random.Below(5)));
            var (commit, truth) = _history[at];
            var result = RepoFollower.Prove(_state!, commit.Commit, _held);
            if (result.Verdict == FollowVerdict.Rollback) return;
            Assert.True(result.Verdict is FollowVerdict.Applied or FollowVerdict.Resync);
            _state = result.After;
            _held.Drop(_repo.Did, _state.Rev);
            _known.Clear();
            _known.UnionWith(truth);
            Adopt(result);
        }

        private void Adopt(FollowResult result)
        {
            foreach (var (collection, presence) in result.Changes)
            {
                if (presence == Presence.Present) _known.Add(collection);
                else _known.Remove(collection);
            }

            if (_state!.Rev is not { } rev) return;
            var truth = _history.Single(each => each.Commit.Commit.Rev == rev);
            Assert.Equal(truth.Commit.Commit.Data, _state.Data);
            Assert.Equal(truth.Truth, _known);
        }
    }
}
