using System.Globalization;
using System.Text;
using Atproto.Multiformats;
using Atproto.Repo;
using Atproto.Syntax;
using Atproto.Tests.Mst;
using Samples;

namespace Atproto.Tests.Repo;

/// <summary>
/// Random repos with keys that sort nastily, whose collections are found in every way there is.
/// Repos are a hundredth of PDS_FUZZ_CASES; PDS_TEST_SEED repeats a run.
/// </summary>
public sealed class SparseRepoPropertyTests
{
    private const int CasesDefault = 20_000;
    private const int CasesPerRepo = 100;
    private const int CollectionsMax = 40;
    private const int RecordsMax = 5_000;

    private static readonly string s_did = SampleIdentity.Plc("sparse");

    private static readonly SampleStrategy[] s_strategies = Enum.GetValues<SampleStrategy>();

    [Test]
    [Category("Fuzz")]
    public void FindCollections_RandomRepos_AreTheTrueOnesHoweverFetched()
    {
        ulong seed = MstKeys.Seed();
        int mostProbes = 0, mostRounds = 0;
        for (int n = 0; n < Repos(); n++)
        {
            var host = Host(seed, n, out _);
            bool isLegal = host.Paths.All(path => RepoPath.TrySplit(MstKeys.Key(path), out _));
            var truth = host.Collections();
            foreach (var strategy in s_strategies)
            {
                var repo = NewRepo();
                var client = new SampleClient(host, repo) { PageLimit = 1 + (n % 50) };
                var result = client.Run(strategy);
                string name = $"repo {n} of seed {seed} by {strategy}";
                Assert.True(result?.Proven is not null, $"{name}: {result}");
                Assert.True(truth.SequenceEqual(result.Value.Proven.Collections), name);
                Assert.True(result.Value.Proven.IsComplete, name);
                Assert.Equal(host.Commit.Cid, result.Value.Proven.Commit.Cid);
                int over = client.Requests - truth.Count;
                if (strategy == SampleStrategy.Probe && isLegal)
                {
                    mostProbes = Math.Max(mostProbes, over);
                }

                if (strategy == SampleStrategy.Blocks)
                {
                    mostRounds = Math.Max(mostRounds, client.Requests - host.Layers);
                }

                CheckProof(repo, host, truth);
            }
        }

        Console.WriteLine(
            $"probing: collections + {mostProbes} requests at most; blocks: layers + {mostRounds}");
    }

    [Test]
    [Arguments(1_000)]
    [Arguments(20_000)]
    public void FindCollections_OrdinaryRepo_TakesFewRequestsAndBytes(int records)
    {
        var paths = new List<string>();
        new BigRecords(s_did, records, 20, seed: 3).Visit(
            (path, _) => paths.Add(Encoding.ASCII.GetString(path)));
        var host = new SampleHost(s_did, null, paths);
        foreach (var strategy in s_strategies)
        {
            var client = new SampleClient(host, NewRepo());
            Assert.Equal(20, client.Run(strategy)?.Proven?.Collections.Count);
            int most = strategy switch
            {
                SampleStrategy.Probe => 20 + 5,
                SampleStrategy.Blocks => host.Layers + 1,
                _ => 1,
            };
            Assert.True(client.Requests <= most, $"{client.Requests} by {strategy}");
            Assert.True(client.Bytes <= 160_000, $"{client.Bytes} bytes by {strategy}");
        }
    }

    [Test]
    [Category("Fuzz")]
    public void FindCollections_AnswersTamperedWith_AreNeverAWrongSet()
    {
        ulong seed = MstKeys.Seed();
        int proven = 0, unproven = 0;
        for (int n = 0; n < Repos(); n++)
        {
            var host = Host(seed, n, out var random);
            var other = Host(seed, n + 1_000_000, out _);
            var truth = host.Collections();
            foreach (var strategy in s_strategies)
            {
                var client = new SampleClient(host, NewRepo())
                {
                    PageLimit = 5,
                    RequestsMax = 200,
                    OnAnswer = answer => Tamper(answer, other, random),
                };
                var found = client.Run(strategy)?.Proven;
                if (found is null) unproven++;
                else proven++;
                string name = $"repo {n} of seed {seed} by {strategy}";
                if (found?.Commit.Cid == other.Commit.Cid)
                {
                    // Unsigned, another tree of the same account is as good as this one.
                    Assert.True(other.Collections().SequenceEqual(found.Collections), name);
                }
                else if (found is not null)
                {
                    Assert.True(truth.SequenceEqual(found.Collections), name);
                }
            }
        }

        Console.WriteLine($"{proven} proven all the same, {unproven} not");
        Assert.True(unproven > 0);
    }

    [Test]
    [Category("Fuzz")]
    public void FindCollections_RepoThatChanges_AreThoseOfTheCommitNamed()
    {
        ulong seed = MstKeys.Seed();
        int moving = 0;
        for (int n = 0; n < Repos() / 2; n++)
        {
            var host = Host(seed, n, out var random);
            var truths = new Dictionary<Cid, IReadOnlyList<string>>
            {
                [host.Commit.Cid] = host.Collections(),
            };
            foreach (var strategy in s_strategies)
            {
                int left = random.Below(20);
                var repo = NewRepo();
                var client = new SampleClient(host, repo)
                {
                    PageLimit = 3,
                    OnRequest = () =>
                    {
                        if (left-- <= 0) return;
                        Change(host, random);
                        truths[host.Commit.Cid] = host.Collections();
                    },
                };
                var result = client.Run(strategy);
                string name = $"repo {n} of seed {seed} by {strategy}";
                if (result?.Proven is not { } proven)
                {
                    // Pages of several commits need not meet.
                    Assert.True(result?.Missing is not null, name);
                    moving++;
                    continue;
                }

                Assert.True(truths[proven.Commit.Cid].SequenceEqual(proven.Collections), name);
            }
        }

        Console.WriteLine($"{moving} still moving");
    }

    [Test]
    public void FindCollections_BlocksOfTheStreamTakenToo_KeepUpWithEveryWrite()
    {
        ulong seed = MstKeys.Seed();
        for (int n = 0; n < 40; n++)
        {
            var host = Host(seed, n, out var random);
            var repo = NewRepo();
            var client = new SampleClient(host, repo)
            {
                RequestsMax = 200,
                OnRequest = () =>
                {
                    for (int i = 0; i < 20; i++)
                    {
                        repo.Take(Change(host, random), out var fault);
                        Assert.Null(fault);
                    }
                },
            };
            var result = client.Run(SampleStrategy.Probe);
            Assert.True(result?.Proven is not null, $"repo {n} of seed {seed}");
            Assert.Equal(host.Collections(), result.Value.Proven.Collections);
        }
    }

    [Test]
    public void EstimateRecords_FromTheFirstProof_IsNearTheTruth()
    {
        ulong seed = MstKeys.Seed();
        int far = 0, farther = 0;
        double least = 1, most = 1;
        const int Tried = 200;
        for (int n = 0; n < Tried; n++)
        {
            var random = new SampleRandom(seed + (ulong)n);
            var host = new SampleHost(
                s_did, null, NastyPaths.Make(random, 20, 2_000 + random.Below(3_000), legal: true));
            var repo = NewRepo();
            repo.Take(host.Proof("A.A.A/-"), out _);
            double ratio = (double)repo.Tree.EstimateRecords() / host.Paths.Count;
            if (ratio is < 0.33 or > 3) far++;
            if (ratio is < 0.1 or > 10) farther++;
            (least, most) = (Math.Min(least, ratio), Math.Max(most, ratio));
        }

        Console.WriteLine(
            $"{far} of {Tried} off by more than three, {farther} by more than ten; "
            + $"{least:f2} to {most:f1}");
        Assert.True(far < Tried / 2, $"{far} of {Tried} are far from the truth, seed {seed}");
    }

    private static int Repos()
    {
        string? text = Environment.GetEnvironmentVariable("PDS_FUZZ_CASES");
        int cases = int.TryParse(text, CultureInfo.InvariantCulture, out int given)
            ? given
            : CasesDefault;
        return Math.Max(1, cases / CasesPerRepo);
    }

    private static SampleHost Host(ulong seed, int n, out SampleRandom random)
    {
        random = new SampleRandom(unchecked((seed * 1_000_003) + (ulong)n));
        int collections = random.Below(CollectionsMax + 1);
        // Small ones are as likely as large ones.
        int records = (int)Math.Pow(RecordsMax, random.Below(1001) / 1000.0);
        bool legal = random.Chance(50);
        return new SampleHost(
            s_did, null, NastyPaths.Make(random, collections, records, legal));
    }

    private static SparseRepo NewRepo()
    {
        Assert.True(Did.TryParse(s_did, out var did));
        return new SparseRepo(did);
    }

    // Collections come and go with it.
    private static byte[] Change(SampleHost host, SampleRandom random)
    {
        string[] paths = [.. host.Paths];
        var added = NastyPaths.Make(random, random.Below(3), 3, legal: true).Except(paths);
        string[] removed = paths.Length == 0 ? [] : [random.Pick<string>(paths)];
        return host.Write([.. added], removed);
    }

    // Drops blocks, exchanges their bytes, flips bits, cuts the file, or answers for another repo.
    private static byte[] Tamper(byte[] answer, SampleHost other, SampleRandom random)
    {
        if (random.Chance(60)) return answer;
        switch (random.Below(6))
        {
            case 0: return answer[..random.Below(answer.Length)];
            case 1:
                byte[] flipped = [.. answer];
                flipped[random.Below(flipped.Length)] ^= (byte)(1 << random.Below(8));
                return flipped;
            case 2: return other.Proof("a.b.c/self");
        }

        var car = SampleCar.Read(answer);
        var blocks = car.Blocks.ToList();
        if (blocks.Count < 2) return answer;
        int one = random.Below(blocks.Count);
        int two = random.Below(blocks.Count);
        switch (random.Below(3))
        {
            case 0: blocks.RemoveAt(one); break;
            case 1: blocks[one] = blocks[one] with { Bytes = blocks[two].Bytes }; break;
            default: blocks[one] = blocks[two]; break;
        }

        return (car with { Blocks = blocks }).ToBytes();
    }

    // What the client keeps is the very answer of getRepoCollections.
    private static void CheckProof(
        SparseRepo repo, SampleHost host, IReadOnlyList<string> truth)
    {
        var kept = new System.Buffers.ArrayBufferWriter<byte>();
        Assert.Null(CollectionProof.Write(repo, kept));
        Assert.True(kept.WrittenSpan.SequenceEqual(host.ProvenPage()));
        var fault = CollectionProof.Verify(kept.WrittenSpan, repo.Did, null, null, out var proven);
        Assert.Null(fault);
        Assert.True(proven!.IsComplete);
        Assert.Equal(truth, proven.Collections);
    }
}
