using Atproto.Car;
using Atproto.Crypto;
using Atproto.Mst;
using Atproto.Repo;
using Atproto.Syntax;
using Samples;

namespace Atproto.Tests.Repo;

/// <summary>Answers of hosts that are not believed: which are taken, and what follows.</summary>
public sealed class SparseRepoTests : IDisposable
{
    private static readonly string[] s_paths =
        [.. Enumerable.Range(0, 300).Select(i => $"com.example.c{i % 7}/{i:d4}")];

    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.K256, "sparse");
    private readonly SampleHost _host;
    private readonly SignatureVerifier _verifier;

    public SparseRepoTests()
    {
        _host = new SampleHost(SampleIdentity.Plc("sparse"), _key, s_paths);
        _verifier = VerifierOf(_key);
    }

    public void Dispose()
    {
        _verifier.Dispose();
        _key.Dispose();
    }

    [Test]
    public void Take_ProofOfAllCollections_IsEnough()
    {
        var repo = NewRepo();
        Assert.Equal(TakeStatus.Newer, repo.Take(_host.ProvenPage(), out var fault));
        Assert.Null(fault);
        var proven = repo.FindCollections().Proven;
        Assert.NotNull(proven);
        Assert.Equal(_host.Collections(), proven.Collections);
        Assert.Equal(_host.Rev, proven.Rev.ToString());
        Assert.True(proven.IsSignatureVerified);
        Assert.True(proven.IsComplete);
        Assert.Equal(TakeStatus.Same, repo.Take(_host.Proof("a.b.c/d"), out _));
        Assert.NotNull(repo.FindCollections().Proven);
    }

    [Test]
    public void FindCollections_WithoutACommit_IsAFaultOfTheCaller() =>
        Assert.Throws<InvalidOperationException>(() => NewRepo().FindCollections());

    [Test]
    public void Take_WithoutAKey_SaysThatNothingWasVerified()
    {
        var repo = new SparseRepo(DidOf(_host));
        repo.Take(_host.ProvenPage(), out _);
        Assert.False(repo.FindCollections().Proven!.IsSignatureVerified);
    }

    [Test]
    public void Take_AnotherAccountsCommit_IsRefused()
    {
        var other = new SampleHost(SampleIdentity.Plc("other"), _key, s_paths);
        Refused(NewRepo(), other.ProvenPage(), nameof(ProofError.DidMismatch));
    }

    [Test]
    public void Take_SignedWithAnotherKey_IsRefused()
    {
        using var key = SampleKey.FromSeed(SampleCurve.K256, "another");
        var forged = new SampleHost(_host.Did, key, s_paths);
        var repo = NewRepo();
        Refused(repo, forged.ProvenPage(), nameof(ProofError.SignatureInvalid));
        Assert.Null(repo.Commit);
        using var verifier = VerifierOf(key);
        repo.Key = verifier;
        Assert.Equal(TakeStatus.Newer, repo.Take(forged.ProvenPage(), out _));
    }

    [Test]
    public void Take_OlderCommit_IsDroppedButItsNodesAreKept()
    {
        byte[] old = _host.ProvenPage();
        _host.Write(["com.example.new/1"], []);
        var repo = NewRepo();
        repo.Take(_host.Proof("a.b.c/d"), out _);
        int held = repo.Tree.Count;
        Assert.Equal(TakeStatus.Older, repo.Take(old, out var fault));
        Assert.Equal(nameof(ProofError.CommitOlder), fault?.Code);
        Assert.True(repo.Tree.Count > held);
        Assert.Equal(_host.Commit.Cid, repo.Commit!.Cid);
    }

    [Test]
    public void Take_SameRevAnotherTree_IsRefused()
    {
        var other = new SampleHost(_host.Did, _key, ["com.example.other/1"]);
        var repo = NewRepo();
        repo.Take(_host.Proof("a.b.c/d"), out _);
        Refused(repo, other.ProvenPage(), nameof(ProofError.CommitForked));
        Assert.Equal(_host.Commit.Cid, repo.Commit!.Cid);
    }

    [Test]
    public void Take_SameRevSameTreeSignedAgain_IsTheSame()
    {
        var unsigned = new SampleHost(_host.Did, null, s_paths);
        var repo = NewRepo();
        repo.Take(_host.Proof("a.b.c/d"), out _);
        Assert.Equal(TakeStatus.Same, repo.Take(unsigned.ProvenPage(), out _));
        Assert.Equal(_host.Commit.Cid, repo.Commit!.Cid);
        Assert.NotNull(repo.FindCollections().Proven);
    }

    [Test]
    public void Take_NewerCommit_KeepsTheNodesThatDidNotChange()
    {
        var repo = NewRepo();
        repo.Take(_host.ProvenPage(), out _);
        Assert.NotNull(repo.FindCollections().Proven);
        byte[] blocks = _host.Write(["com.example.b/1"], ["com.example.c1/0001"]);
        Assert.Equal(TakeStatus.Newer, repo.Take(blocks, out _));
        // The stream's blocks alone make it whole again.
        var proven = repo.FindCollections().Proven;
        Assert.Equal(_host.Collections(), proven?.Collections);
        Assert.Equal(_host.Commit.Cid, proven?.Commit.Cid);
    }

    [Test]
    public void Take_CommitAlone_RootsAnew()
    {
        var repo = NewRepo();
        repo.Take(_host.ProvenPage(), out _);
        _host.Write(["zz.example.last/1"], []);
        Assert.Equal(
            CommitError.None,
            Atproto.Repo.Commit.Read(_host.Commit.Cid, _host.Commit.Bytes, out var commit));
        Assert.Equal(TakeStatus.Newer, repo.Take(commit!, out _));
        var missing = repo.FindCollections().Missing;
        Assert.Equal(_host.Data, missing?.Cid);
        Assert.Equal(TakeStatus.Same, repo.Take(_host.ProvenPage(), out _));
        Assert.Contains("zz.example.last", repo.FindCollections().Proven!.Collections);
    }

    [Test]
    public void Take_BlockThatDoesNotHashToItsCid_IsRefused()
    {
        var car = SampleCar.Read(_host.ProvenPage());
        var blocks = car.Blocks.ToList();
        blocks[2] = blocks[2] with { Bytes = blocks[1].Bytes };
        var repo = NewRepo();
        Refused(repo, (car with { Blocks = blocks }).ToBytes(), nameof(CarError.CidMismatch));
        Assert.Null(repo.Commit);
        Assert.False(repo.Tree.Holds(blocks[2].Cid));
        blocks = [.. car.Blocks];
        blocks[0] = blocks[0] with { Bytes = blocks[1].Bytes };
        Refused(repo, (car with { Blocks = blocks }).ToBytes(), nameof(CarError.CidMismatch));
    }

    [Test]
    public void Take_WithoutTheCommit_IsRefused()
    {
        var car = SampleCar.Read(_host.ProvenPage());
        byte[] bytes = (car with { Blocks = [.. car.Blocks.Skip(1)] }).ToBytes();
        Refused(NewRepo(), bytes, nameof(CarError.RootMissing));
        Refused(NewRepo(), _host.Blocks([_host.Data])!, nameof(CarError.RootAbsent));
    }

    [Test]
    public void Take_RootThatIsNoCommit_IsRefused()
    {
        var node = RepoCar.Node(default);
        byte[] bytes = new SampleCar([node.Cid], [node]).ToBytes();
        Refused(NewRepo(), bytes, nameof(CommitError.CommitKeyUnexpected));
    }

    [Test]
    public void Take_CutAnywhere_IsRefusedOrALesserProof()
    {
        byte[] whole = _host.ProvenPage();
        for (int length = 0; length < whole.Length; length++)
        {
            var repo = NewRepo();
            var status = repo.Take(whole.AsSpan(0, length), out var fault);
            if (status == TakeStatus.Refused)
            {
                Assert.NotNull(fault);
                continue;
            }

            Assert.NotNull(repo.FindCollections().Missing);
        }
    }

    [Test]
    public void TakeBlocks_AnyRootsOrNone_AreTakenByTheirHashes()
    {
        var repo = NewRepo();
        repo.Take(_host.Commit is { } commit && Atproto.Repo.Commit.Read(
            commit.Cid, commit.Bytes, out var read) == CommitError.None ? read! : null!, out _);
        var root = SampleCar.Read(_host.Blocks([_host.Data])!);
        Assert.Null(repo.TakeBlocks((root with { Roots = [_host.Commit.Cid] }).ToBytes()));
        Assert.True(repo.Tree.Holds(_host.Data));
        Assert.Null(NewRepo().TakeBlocks(root.ToBytes()));
        Assert.Equal(nameof(CarError.UnexpectedEnd), repo.TakeBlocks(default)?.Code);
        Assert.Equal(
            nameof(CarError.HeaderMalformed), repo.TakeBlocks(new byte[] { 1, 0xa0 })?.Code);
        var wrong = root with { Blocks = [root.Blocks[0] with { Cid = _host.Commit.Cid }] };
        Assert.Equal(nameof(CarError.CidMismatch), NewRepo().TakeBlocks(wrong.ToBytes())?.Code);
    }

    [Test]
    public void TakeBlocks_AskedForAndNoNode_ShowsInTheWalk()
    {
        // Signed by the account, yet no tree.
        var record = RepoCar.Record("not a node");
        byte[] signed = PreorderRepo.Sign(_host.Did, "3kkkkkkkkkk22", _key, record.Cid);
        var commit = SampleBlock.Of(signed);
        var repo = NewRepo();
        repo.Take(new SampleCar([commit.Cid], [commit, record]).ToBytes(), out _);
        // A proof has records in it, so it was passed over.
        Assert.Equal(record.Cid, repo.FindCollections().Missing?.Cid);
        Assert.Null(repo.TakeBlocks(new SampleCar([], [record]).ToBytes()));
        Assert.Equal(nameof(MstError.NodeMalformed), repo.FindCollections().Fault?.Code);
    }

    [Test]
    public void Verify_PagesOfEveryLimit_JoinWithoutGaps()
    {
        for (int limit = 1; limit <= 8; limit++)
        {
            var found = new List<string>();
            string? after = null;
            bool ends = false;
            while (!ends)
            {
                byte[] page = _host.ProvenPage(after, limit);
                var fault = CollectionProof.Verify(
                    page, DidOf(_host), _verifier, after, out var proven);
                Assert.Null(fault);
                Assert.Equal(after, proven!.After);
                Assert.True(proven.IsSignatureVerified);
                found.AddRange(proven.Collections);
                ends = proven.ReachesEnd;
                if (!ends) after = proven.Collections[^1];
            }

            Assert.Equal(_host.Collections(), found);
        }
    }

    [Test]
    public void Verify_PageForAnotherStart_ProvesNothingWrong()
    {
        byte[] page = _host.ProvenPage("com.example.c3", 2);
        var fault = CollectionProof.Verify(page, null, null, null, out var proven);
        Assert.True(fault?.Code == nameof(MstError.NodeMissing) || proven is not null);
        if (proven is not null)
        {
            Assert.Equal(
                _host.Collections().Take(proven.Collections.Count), proven.Collections);
        }
    }

    [Test]
    public void Verify_ANodeLess_IsAShorterRangeOrNothing()
    {
        var car = SampleCar.Read(_host.ProvenPage());
        var truth = _host.Collections();
        for (int i = 1; i < car.Blocks.Count; i++)
        {
            var rest = car with { Blocks = [.. car.Blocks.Where((_, at) => at != i)] };
            var fault = CollectionProof.Verify(rest.ToBytes(), null, null, null, out var proven);
            if (fault is not null)
            {
                Assert.Equal(nameof(MstError.NodeMissing), fault.Code);
                continue;
            }

            Assert.False(proven!.ReachesEnd);
            Assert.Equal(truth.Take(proven.Collections.Count), proven.Collections);
        }
    }

    [Test]
    public void Write_WithoutEnoughNodes_SaysWhichIsMissing()
    {
        var repo = NewRepo();
        repo.Take(_host.Proof("A.A.A/-"), out _);
        var missing = repo.FindCollections().Missing;
        var fault = CollectionProof.Write(repo, new System.Buffers.ArrayBufferWriter<byte>());
        Assert.Equal(nameof(MstError.NodeMissing), fault?.Code);
        Assert.Equal(missing?.Cid, fault?.Cid);
    }

    private static void Refused(SparseRepo repo, byte[] answer, string code)
    {
        Assert.Equal(TakeStatus.Refused, repo.Take(answer, out var fault));
        Assert.Equal(code, fault?.Code);
    }

    private static SignatureVerifier VerifierOf(SampleKey key)
    {
        Assert.Equal(
            KeyError.None, DidKey.TryParse(key.DidKey, out var point));
        Assert.Equal(SignatureError.None, SignatureVerifier.TryCreate(point!, out var verifier));
        return verifier!;
    }

    private static Did DidOf(SampleHost host)
    {
        Assert.True(Did.TryParse(host.Did, out var did));
        return did;
    }

    private SparseRepo NewRepo() => new(DidOf(_host), _verifier);
}
