using Atproto.Firehose;
using Samples;

namespace Fuzz.Targets;

/// <summary>
/// Messages of the event stream, and commits in them: what is verified was undone to the tree that
/// the message names, and no text is endless.
/// </summary>
internal sealed class FrameTarget : FuzzTarget
{
    internal override IReadOnlyList<byte[]> Seeds { get; } = [.. Frames()];

    internal override int Share => 5;

    // Each operation copies the nodes on its way.
    internal override long AllocatedBytesMax => 4 << 20;

    internal override void Run(byte[] input)
    {
        bool isRead = StreamFrame.TryRead(input, out var message, out var error);
        Assert.Equal(isRead, message is not null);
        Assert.Equal(isRead, error == FrameError.None);
        if (message is AccountEvent about) Assert.True(about.Seq > 0 && about.Time.Length <= 1024);
        if (message is StreamSync sync)
        {
            var fault = CommitVerifier.Verify(sync, null, out var commit);
            Assert.Equal(fault == CommitFault.None, commit is not null);
        }

        if (message is not StreamCommit claimed) return;
        Assert.InRange(claimed.Ops.Count, 0, StreamLimits.OpsMax);
        var verdict = CommitVerifier.Verify(claimed, null, out var verified);
        Assert.Equal(verdict == CommitFault.None, verified is not null);
        if (verified is null) return;
        Assert.Equal(claimed.Did, verified.Commit.Did);
        Assert.Equal(claimed.Commit, verified.Commit.Cid);
        Assert.True(verified.IsInverted || verified.PrevData is null);
        Assert.True(verified.Effects.Count <= claimed.Ops.Count);
    }

    private static IEnumerable<byte[]> Frames()
    {
        var random = new SampleRandom(1);
        var repo = new WrittenRepo(GoldenRepo.Did, null);
        for (int i = 0; i < 6; i++)
        {
            var commit = repo.WriteRandomly(random, opsMax: 12);
            yield return commit.ToFrame();
            yield return (commit with { PrevData = null }).ToFrame();
        }

        yield return
        [
            .. SampleRecord.Encode(("op", 1), ("t", "#account")),
            .. SampleRecord.Encode(
                ("did", GoldenRepo.Did), ("seq", 5), ("active", false), ("status", "suspended")),
        ];
        yield return
        [
            .. SampleRecord.Encode(("op", 1), ("t", "#sync")),
            .. SampleRecord.Encode(
                ("did", GoldenRepo.Did), ("seq", 5), ("rev", GoldenRepo.Rev),
                ("blocks", GoldenRepo.CarBytes())),
        ];
    }
}
