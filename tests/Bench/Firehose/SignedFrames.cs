using System.Buffers;
using System.Text;
using Atproto.Crypto;
using Atproto.Repo;
using Samples;

namespace Bench.Firehose;

/// <summary>
/// Messages of many accounts, each with a key of its own: the commits of a few repos, signed anew
/// for each account.
/// </summary>
internal sealed class SignedFrames
{
    private const int Repos = 10;

    private readonly List<SampleCommit> _commits = [];

    /// <param name="records">Records of each repo.</param>
    /// <param name="commits">Different commits.</param>
    internal SignedFrames(int records, int commits)
    {
        var random = new SampleRandom(5);
        for (int i = 0; i < Repos; i++)
        {
            var repo = new WrittenRepo(SampleIdentity.Plc($"repo {i}"), null);
            string[] collections = [.. Enumerable.Range(0, 8).Select(n => $"app.bench.feed.c{n}")];
            repo.Write([.. Enumerable.Range(0, records).Select(_ => Path())], []);
            for (int at = 0; at < commits / Repos; at++) _commits.Add(Write(repo));

            // As on the network: nearly all commits create one record, some delete one.
            SampleCommit Write(WrittenRepo written) => random.Chance(85)
                ? written.Write([Path()], [])
                : written.Write([], [written.Paths.ElementAt(random.Below(written.Paths.Count))]);

            string Path() => $"{random.Pick<string>(collections)}/"
                + SampleTid.Of((long)(random.Next() >> 14));
        }
    }

    /// <summary>Bytes of a message, on average.</summary>
    internal double FrameBytes => _commits.Average(commit => commit.ToFrame().Length);

    /// <summary>Blocks of a message, on average.</summary>
    internal double Blocks => _commits.Average(commit => commit.Car.Blocks.Count);

    internal List<(byte[] Frame, PublicKey Key)> Sign(KeyCurve curve, int count)
    {
        var frames = new List<(byte[] Frame, PublicKey Key)>();
        for (int i = 0; i < count; i++)
        {
            using var key = PrivateKey.Generate(curve);
            var commit = _commits[i % _commits.Count];
            string did = SampleIdentity.Plc($"account {i}");
            var block = SampleBlock.Of(Sign(commit, did, key));
            var signed = commit with
            {
                Did = did,
                Commit = block.Cid,
                Car = new SampleCar([block.Cid], [block, .. commit.Car.Blocks.Skip(1)]),
            };
            frames.Add((signed.ToFrame(), key.PublicKey));
        }

        return frames;
    }

    private static byte[] Sign(SampleCommit commit, string did, PrivateKey key)
    {
        byte[] didBytes = Encoding.ASCII.GetBytes(did);
        byte[] revBytes = Encoding.ASCII.GetBytes(commit.Rev);
        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteUnsigned(output, didBytes, revBytes, commit.Data);
        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        Sha256.Hash(output.WrittenSpan, digest);
        byte[] signature = key.Sign(digest);
        output.ResetWrittenCount();
        CommitEncoder.WriteSigned(output, didBytes, revBytes, signature, commit.Data);
        return output.WrittenSpan.ToArray();
    }
}
