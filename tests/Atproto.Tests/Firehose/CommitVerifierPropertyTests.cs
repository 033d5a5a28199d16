using Atproto.Firehose;
using Atproto.Multiformats;
using Samples;

namespace Atproto.Tests.Firehose;

/// <summary>
/// Random repos under random batches of writes: each commit is accepted, what it proves of
/// collections is true, and no change to it goes unnoticed.
/// </summary>
public sealed class CommitVerifierPropertyTests
{
    private const string Did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
    private const int Repos = 60;
    private const int CommitsOfARepo = 12;

    [Test]
    public void Verify_RandomCommits_AreAcceptedAndTellTheTruth()
    {
        ForEachCommit((commit, stream, _) =>
        {
            var message = CommitVerifierTests.Read(commit);
            Assert.Equal(CommitFault.None, CommitVerifier.Verify(message, null, out var verified));
            Assert.True(verified!.IsInverted);
            var collections = stream.Collections().ToHashSet();
            foreach (var (collection, presence) in verified.Effects)
            {
                var expected = collections.Contains(collection)
                    ? Presence.Present
                    : Presence.Absent;
                Assert.Equal(expected, presence);
            }

            var touched = commit.Ops.Select(op => op.Path[..op.Path.IndexOf('/')]).ToHashSet();
            Assert.Equal(touched, verified.Effects.Select(effect => effect.Collection).ToHashSet());

            var old = message with
            {
                PrevData = null,
                Ops = [.. message.Ops.Select(op => op with { Prev = null })],
            };
            Assert.Equal(CommitFault.None, CommitVerifier.Verify(old, null, out var same));
            Assert.Equal(verified.Effects, same!.Effects);
        });
    }

    [Test]
    public void Verify_AnythingChanged_IsRefused()
    {
        ForEachCommit((commit, _, random) =>
        {
            if (commit.Ops.Count == 0 || commit.PrevData is null) return;
            var other = Cid.Of(CidCodec.DagCbor, BitConverter.GetBytes(random.Next()));
            foreach (var changed in Changes(commit, other, random))
            {
                var message = CommitVerifierTests.Read(changed);
                var fault = CommitVerifier.Verify(message, null, out var verified);
                Assert.NotEqual(CommitFault.None, fault);
                Assert.Null(verified);
            }
        });
    }

    [Test]
    public void Verify_AnyBlockMissing_IsRefusedOrStillTrue()
    {
        ForEachCommit((commit, stream, random) =>
        {
            SampleBlock[] blocks = [.. commit.Car.Blocks];
            int missing = random.Below(blocks.Length);
            var changed = commit with
            {
                Car = commit.Car with { Blocks = [.. blocks.Where((_, i) => i != missing)] },
            };
            var message = CommitVerifierTests.Read(changed);
            var fault = CommitVerifier.Verify(message, null, out var verified);
            if (fault != CommitFault.None)
            {
                Assert.True(fault is CommitFault.NodeMissing or CommitFault.CommitMissing);
                return;
            }

            AssertTrue(verified!, stream);
            // Nor does it tell anything that is not so where it cannot be undone.
            var old = message with
            {
                PrevData = null,
                Ops = [.. message.Ops.Select(op => op with { Prev = null })],
            };
            Assert.Equal(CommitFault.None, CommitVerifier.Verify(old, null, out verified));
            AssertTrue(verified!, stream);
        });
    }

    private static void AssertTrue(VerifiedCommit verified, WrittenRepo stream)
    {
        var collections = stream.Collections().ToHashSet();
        foreach (var (collection, presence) in verified.Effects)
        {
            if (presence == Presence.Unknown) continue;
            Assert.Equal(collections.Contains(collection), presence == Presence.Present);
        }
    }

    private static IEnumerable<SampleCommit> Changes(
        SampleCommit commit, Cid other, SampleRandom random)
    {
        int at = random.Below(commit.Ops.Count);
        var op = commit.Ops[at];
        yield return commit with { PrevData = other };
        yield return commit with { PrevData = commit.Data };
        yield return commit with { Ops = [.. commit.Ops.Where((_, i) => i != at)] };
        yield return With(op with { Path = op.Path + "x" });
        yield return With(op with { Action = op.Action == "delete" ? "create" : "delete" });
        if (op.Cid is not null) yield return With(op with { Cid = other });
        if (op.Cid is not null) yield return With(op with { Cid = null });
        if (op.Prev is not null) yield return With(op with { Prev = other });
        yield return With(op with { Prev = op.Prev is null ? other : null });
        yield return commit with
        {
            Ops = [.. commit.Ops, new SampleOp("create", "never.was.there/1", other, null)],
        };
        yield return commit with
        {
            Ops = [.. commit.Ops, new SampleOp("delete", "never.was.there/1", null, other)],
        };

        SampleCommit With(SampleOp changed)
        {
            SampleOp[] ops = [.. commit.Ops];
            ops[at] = changed;
            return commit with { Ops = ops };
        }
    }

    private static void ForEachCommit(Action<SampleCommit, WrittenRepo, SampleRandom> check)
    {
        string? given = Environment.GetEnvironmentVariable("PDS_TEST_SEED");
        ulong seed = given is null ? (ulong)Environment.TickCount64 : ulong.Parse(given);
        Console.WriteLine($"PDS_TEST_SEED={seed}");
        for (int repo = 0; repo < Repos; repo++)
        {
            var random = new SampleRandom(unchecked((seed * 1_000_003) + (ulong)repo));
            var stream = new WrittenRepo(Did, null);
            for (int i = 0; i < CommitsOfARepo; i++)
            {
                var commit = stream.WriteRandomly(random, opsMax: 2 + random.Below(60));
                check(commit, stream, random);
            }
        }
    }
}
