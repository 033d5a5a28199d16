using Atproto.Crypto;
using Atproto.Firehose;
using Atproto.Multiformats;
using Samples;

namespace Atproto.Tests.Firehose;

/// <summary>One cause after another, each in a commit that is right but for it.</summary>
public sealed class CommitVerifierTests : IDisposable
{
    private const string Did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "commits");
    private readonly SignatureVerifier _verifier;
    private readonly WrittenRepo _stream;

    public CommitVerifierTests()
    {
        _verifier = VerifierOf(_key);
        _stream = new WrittenRepo(Did, _key);
        _stream.Write(["a.b.c/1", "a.b.c/2", "a.b.c/3", "a.b.d/1", "x.y.z/self"], []);
    }

    [Test]
    public void Verify_CreateUpdateDelete_ProvesTheirCollections()
    {
        var commit = _stream.Write(["n.e.w/1", "x.y.z/self"], ["a.b.c/2", "a.b.d/1"]);
        Assert.Equal(CommitFault.None, Verify(commit, out var verified));
        Assert.True(verified!.IsInverted);
        Assert.True(verified.IsSignatureVerified);
        Assert.Equal(commit.Rev, verified.Commit.Rev.ToString());
        Assert.Equal(commit.Since, verified.Since.ToString());
        Assert.Equal(commit.PrevData, verified.PrevData);
        Assert.Equal(
            [
                new CollectionEffect("n.e.w", Presence.Present),
                new CollectionEffect("x.y.z", Presence.Present),
                new CollectionEffect("a.b.c", Presence.Present),
                new CollectionEffect("a.b.d", Presence.Absent),
            ],
            verified.Effects);
    }

    [Test]
    public void Verify_FirstCommit_IsUndoneToTheEmptyTree()
    {
        var stream = new WrittenRepo(Did, _key);
        Assert.Equal(CommitFault.None, Verify(stream.Write([], []), out var verified));
        Assert.True(verified!.IsInverted);
        Assert.Empty(verified.Effects);
        stream = new WrittenRepo(Did, _key);
        Assert.Equal(CommitFault.None, Verify(stream.Write(["a.b.c/1"], []), out verified));
        Assert.True(verified!.IsInverted);
        Assert.Equal([new CollectionEffect("a.b.c", Presence.Present)], verified.Effects);
    }

    [Test]
    public void Verify_WithoutPrevData_ProvesWhatTheTreeTells()
    {
        var commit = _stream.Write(["a.b.c/4"], ["x.y.z/self"]);
        var old = commit with
        {
            PrevData = null,
            Ops = [.. commit.Ops.Select(op => op with { Prev = null })],
        };
        Assert.Equal(CommitFault.None, Verify(old, out var verified));
        Assert.False(verified!.IsInverted);
        Assert.Equal(
            [
                new CollectionEffect("a.b.c", Presence.Present),
                new CollectionEffect("x.y.z", Presence.Absent),
            ],
            verified.Effects);

        var bare = old with { Car = old.Car with { Blocks = [old.Car.Blocks[0]] } };
        Assert.Equal(CommitFault.None, Verify(bare, out verified));
        Assert.All(
            verified!.Effects, effect => Assert.Equal(Presence.Unknown, effect.Presence));

        var lie = old with { Ops = [.. old.Ops, new SampleOp("delete", "a.b.c/1", null, null)] };
        Assert.Equal(CommitFault.RecordNotDeleted, Verify(lie, out _));
        lie = old with { Ops = [new SampleOp("create", "a.b.c/9", old.Data, null)] };
        Assert.Equal(CommitFault.RecordMismatch, Verify(lie, out _));
    }

    [Test]
    public void Verify_OperationsThatAreNone_AreInvalid()
    {
        var commit = _stream.Write(["a.b.c/1"], []);
        var op = commit.Ops[0];
        SampleOp[] wrong =
        [
            op with { Action = "create" },
            op with { Action = "delete" },
            op with { Action = "drop" },
            op with { Cid = null },
            op with { Prev = null },
            op with { Path = "a.b.c" },
            op with { Path = "/1" },
            op with { Path = "a b/1" },
            op with { Path = "a.b.c/" + new string('a', 1024) },
        ];
        foreach (var other in wrong)
        {
            Assert.Equal(CommitFault.OpInvalid, Verify(commit with { Ops = [other] }, out _));
        }

        Assert.Equal(CommitFault.PathRepeated, Verify(commit with { Ops = [op, op] }, out _));
        Assert.Equal(
            CommitFault.TooManyOps,
            Verify(commit with { Ops = [.. Enumerable.Repeat(op, 201)] }, out _));
        Assert.Equal(CommitFault.TooBig, Verify(commit with { TooBig = true }, out _));
    }

    [Test]
    public void Verify_OperationsThatTheTreeRefutes_AreRefused()
    {
        var commit = _stream.Write(["a.b.c/1", "a.b.e/1"], ["a.b.d/1"]);
        var other = Cid.Of(CidCodec.DagCbor, [1]);
        SampleOp[] ops = [.. commit.Ops];
        Assert.Equal(
            CommitFault.RecordMismatch,
            Verify(commit with { Ops = [ops[0] with { Cid = other }, ops[1], ops[2]] }, out _));
        Assert.Equal(
            CommitFault.RecordMismatch,
            Verify(commit with { Ops = [ops[0], ops[1] with { Cid = other }, ops[2]] }, out _));
        Assert.Equal(
            CommitFault.PrevDataMismatch,
            Verify(commit with { Ops = [ops[0] with { Prev = other }, ops[1], ops[2]] }, out _));
        Assert.Equal(
            CommitFault.PrevDataMismatch,
            Verify(commit with { Ops = [ops[0], ops[1], ops[2] with { Prev = other }] }, out _));
        Assert.Equal(
            CommitFault.PrevDataMismatch, Verify(commit with { Ops = ops[..2] }, out _));
        Assert.Equal(
            CommitFault.RecordNotDeleted,
            Verify(
                commit with { Ops = [new SampleOp("delete", "a.b.c/1", null, ops[0].Prev)] },
                out _));
        Assert.Equal(
            CommitFault.PrevDataMismatch, Verify(commit with { PrevData = other }, out _));
    }

    [Test]
    public void Verify_BlocksThatAreWrong_GiveTheirCause()
    {
        var commit = _stream.Write(["a.b.c/1"], []);
        var car = commit.Car;
        var stray = SampleBlock.Of([0xa0]);
        Assert.Equal(
            CommitFault.RootMismatch,
            Verify(commit with { Car = car with { Roots = [stray.Cid] } }, out _));
        Assert.Equal(
            CommitFault.CommitMissing,
            Verify(commit with { Car = car with { Blocks = [.. car.Blocks.Skip(1)] } }, out _));
        Assert.Equal(
            CommitFault.CommitMalformed,
            Verify(
                commit with
                {
                    Commit = stray.Cid,
                    Car = new SampleCar([stray.Cid], [stray]),
                },
                out _));
        Assert.Equal(
            CommitFault.NodeMissing,
            Verify(commit with { Car = car with { Blocks = [car.Blocks[0]] } }, out _));
        Assert.Equal(
            CommitFault.CommitMalformed, Verify(commit with { Car = Broken(car, 0) }, out _));
        // A block that is not the one it claims to be is none at all.
        Assert.Equal(
            CommitFault.NodeMissing, Verify(commit with { Car = Broken(car, 1) }, out _));
        var none = Read(commit) with { Blocks = new byte[] { 1, 2, 3 } };
        Assert.Equal(CommitFault.CarMalformed, CommitVerifier.Verify(none, null, out _));
        var large = Read(commit) with
        {
            Blocks = new byte[StreamLimits.CommitBlocksBytesMax + 1],
        };
        Assert.Equal(CommitFault.BlocksTooLarge, CommitVerifier.Verify(large, null, out _));
    }

    [Test]
    public void Verify_RootThatIsNoNode_IsMalformed()
    {
        var record = SampleBlock.Of(SampleRecord.Encode(("a", 1)));
        var commit = SampleBlock.Of(
            PreorderRepo.Sign(Did, "3jzfcijpk2z2a", _key, record.Cid));
        var message = new SampleCommit
        {
            Did = Did,
            Rev = "3jzfcijpk2z2a",
            Since = "3jzfcijpj2z2a",
            PrevData = record.Cid,
            Data = record.Cid,
            Ops = [new SampleOp("create", "a.b.c/1", record.Cid, null)],
            Car = new SampleCar([commit.Cid], [commit, record]),
            Commit = commit.Cid,
        };
        Assert.Equal(CommitFault.NodeMalformed, Verify(message, out _));
        Assert.Equal(
            CommitFault.NodeMalformed, Verify(message with { PrevData = null }, out _));
    }

    [Test]
    public void Verify_CommitOfAnother_IsRefused()
    {
        var commit = _stream.Write(["a.b.c/1"], []);
        string other = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
        Assert.Equal(CommitFault.DidMismatch, Verify(commit with { Did = other }, out _));
        Assert.Equal(
            CommitFault.RevMismatch, Verify(commit with { Rev = "3jzfcijpk2z2a" }, out _));
        using var key = SampleKey.FromSeed(SampleCurve.K256, "another");
        using var verifier = VerifierOf(key);
        var message = Read(commit);
        Assert.Equal(
            CommitFault.SignatureInvalid, CommitVerifier.Verify(message, verifier, out _));
        Assert.Equal(CommitFault.None, CommitVerifier.Verify(message, null, out var verified));
        Assert.False(verified!.IsSignatureVerified);
    }

    [Test]
    public void Verify_Sync_IsItsCommit()
    {
        var commit = _stream.Write(["a.b.c/1"], []);
        var car = new SampleCar([commit.Commit], [commit.Car.Blocks[0]]);
        var read = Read(commit);
        var sync = new StreamSync
        {
            Did = read.Did,
            Rev = read.Rev,
            Seq = 1,
            Blocks = car.ToBytes(),
        };
        Assert.Equal(CommitFault.None, CommitVerifier.Verify(sync, _verifier, out var found));
        Assert.Equal(commit.Commit, found!.Cid);
        Assert.Equal(commit.Data, found.Data);
        Assert.Equal(
            CommitFault.RevMismatch,
            CommitVerifier.Verify(sync with { Rev = default }, _verifier, out _));
        Assert.Equal(
            CommitFault.DidMismatch,
            CommitVerifier.Verify(sync with { Did = default }, _verifier, out _));
        Assert.Equal(
            CommitFault.CarMalformed,
            CommitVerifier.Verify(sync with { Blocks = new byte[5] }, _verifier, out _));
        Assert.Equal(
            CommitFault.BlocksTooLarge,
            CommitVerifier.Verify(
                sync with { Blocks = new byte[StreamLimits.SyncBlocksBytesMax + 1] },
                _verifier, out _));
        Assert.Equal(
            CommitFault.FieldInvalid,
            CommitVerifier.Verify(
                sync with { Defect = CommitFault.FieldInvalid }, _verifier, out _));
        using var key = SampleKey.FromSeed(SampleCurve.K256, "another");
        using var verifier = VerifierOf(key);
        Assert.Equal(
            CommitFault.SignatureInvalid, CommitVerifier.Verify(sync, verifier, out _));
    }

    [Test]
    public void Describe_EachFault_HasWords()
    {
        foreach (var fault in Enum.GetValues<CommitFault>())
        {
            if (fault != CommitFault.None) Assert.NotEmpty(fault.Describe());
        }
    }

    public void Dispose()
    {
        _verifier.Dispose();
        _key.Dispose();
    }

    internal static SignatureVerifier VerifierOf(SampleKey key)
    {
        Assert.Equal(KeyError.None, DidKey.TryParse(key.DidKey, out var read));
        Assert.Equal(SignatureError.None, SignatureVerifier.TryCreate(read!, out var verifier));
        return verifier!;
    }

    internal static StreamCommit Read(SampleCommit commit)
    {
        Assert.True(
            StreamFrame.TryRead(commit.ToFrame(), out var message, out var error), $"{error}");
        return Assert.IsType<StreamCommit>(message);
    }

    private CommitFault Verify(SampleCommit commit, out VerifiedCommit? verified)
    {
        var fault = CommitVerifier.Verify(Read(commit), _verifier, out verified);
        Assert.Equal(fault == CommitFault.None, verified is not null);
        return fault;
    }

    private static SampleCar Broken(SampleCar car, int index)
    {
        SampleBlock[] blocks = [.. car.Blocks];
        byte[] bytes = [.. blocks[index].Bytes];
        bytes[^1] ^= 1;
        blocks[index] = blocks[index] with { Bytes = bytes };
        return car with { Blocks = blocks };
    }
}
