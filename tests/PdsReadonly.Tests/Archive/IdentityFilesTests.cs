using Atproto.Repo;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Tests.Support;
using Samples;

namespace PdsReadonly.Tests.Archive;

public sealed class IdentityFilesTests : IDisposable
{
    private static readonly SampleKey Earlier = SampleKey.FromSeed(SampleCurve.P256, "earlier");
    private static readonly SampleKey Current = SampleKey.FromSeed(SampleCurve.K256, "current");
    private static readonly SampleKey Stranger = SampleKey.FromSeed(SampleCurve.K256, "stranger");
    private static readonly SamplePlcLog Log = new(Earlier, Current);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    [Arguments("current", null, null, "Unchecked", null)]
    [Arguments("current", "current", null, "Valid", null)]
    [Arguments("current", null, "log", "Valid", null)]
    [Arguments("earlier", null, "log", "Historical", null)]
    [Arguments("earlier", "current", "log", "Historical", null)]
    [Arguments("earlier", "current", null, "Mismatch", "SignatureKeyMismatch")]
    [Arguments("stranger", "current", "log", "Mismatch", "SignatureKeyMismatch")]
    [Arguments("stranger", null, "log", "Mismatch", "SignatureKeyMismatch")]
    // A document that is newer than the log brings its own key.
    [Arguments("stranger", "stranger", "log", "Valid", null)]
    [Arguments("current", "stranger", "log", "Historical", null)]
    public void Read_SignedWith_GivesTheState(
        string signer, string? document, string? log, string state, string? fault)
    {
        string path = WriteCar(signer, document, log, out var commit);

        var identity = IdentityFiles.Read(path, commit, SignaturePolicy.Historical);
        var require = IdentityFiles.Read(path, commit, SignaturePolicy.Require);
        var any = IdentityFiles.Read(path, commit, SignaturePolicy.Any);

        Assert.Equal(state, identity.Signature.ToString());
        Assert.Equal(fault, identity.Fault?.Split(':')[0]);
        Assert.Equal(
            state == "Unchecked" ? "SignatureUnchecked" : fault, require.Fault?.Split(':')[0]);
        Assert.Null(any.Fault);
        Assert.Equal(identity.Signature, any.Signature);
        Assert.Null(identity.Warning);
    }

    [Test]
    public void Read_DocumentAndLog_HandleIsTheDocuments()
    {
        string path = WriteCar("current", "current", "log", out var commit);
        var both = IdentityFiles.Read(path, commit, SignaturePolicy.Historical);
        File.Delete(_folder.At("a.did.json"));
        var log = IdentityFiles.Read(path, commit, SignaturePolicy.Historical);

        Assert.Equal("document.test", both.Handle.ToString());
        Assert.NotNull(both.Document);
        Assert.Equal("moved.test", log.Handle.ToString());
        Assert.Null(log.Document);
    }

    [Test]
    [Arguments("a.did.json", "{", "is not used: ")]
    [Arguments("a.plc.json", "[]", "is not used: ")]
    [Arguments("a.plc.json", "", "is not used: ")]
    public void Read_UnusableFile_IsAWarning(string name, string content, string warning)
    {
        string path = WriteCar("current", null, null, out var commit);
        _folder.Write(name, TestRepos.Ascii(content));

        var identity = IdentityFiles.Read(path, commit, SignaturePolicy.Historical);

        Assert.Equal(SignatureState.Unchecked, identity.Signature);
        Assert.StartsWith(
            $"{_folder.At(name)} {warning}", identity.Warning, StringComparison.Ordinal);
    }

    [Test]
    [Arguments("a.did.json", "pipe")]
    [Arguments("a.plc.json", "pipe")]
    [Arguments("a.did.json", "folder")]
    [Arguments("a.plc.json", "/dev/zero")]
    public void Read_SidecarThatIsNotAFile_IsAWarningAndLookedAtAgain(string name, string kind)
    {
        if (!OperatingSystem.IsLinux()) Skip.Test("such files are made on Linux");
        string path = WriteCar("current", null, null, out var commit);
        if (kind == "pipe") _folder.MakePipe(name);
        else if (kind == "folder") Directory.CreateDirectory(_folder.At(name));
        else File.CreateSymbolicLink(_folder.At(name), kind);

        var identity = IdentityFiles.Read(path, commit, SignaturePolicy.Historical);

        Assert.Equal(SignatureState.Unchecked, identity.Signature);
        Assert.StartsWith(
            $"{_folder.At(name)} is not used: not a regular file", identity.Warning,
            StringComparison.Ordinal);
        Assert.True(identity.IsIncomplete);
    }

    [Test]
    public void Read_DocumentThatCannotBeRead_IsPassedOverForTheNext()
    {
        string path = WriteCar("current", null, null, out var commit);
        Directory.CreateDirectory(_folder.At("a.did.json"));
        _folder.Write(
            $"{SampleIdentity.FileName(Log.Did)}.did.json",
            SampleIdentity.Document(Log.Did, "document.test", Current, "https://pds.example"));

        var identity = IdentityFiles.Read(path, commit, SignaturePolicy.Historical);

        Assert.Equal(SignatureState.Valid, identity.Signature);
        Assert.NotNull(identity.Warning);
    }

    [Test]
    public void Read_DocumentOfAnotherDid_IsNotUsed()
    {
        string path = WriteCar("current", null, null, out var commit);
        _folder.Write("a.did.json", TestRepos.Document("bob", "bob.test"));

        var identity = IdentityFiles.Read(path, commit, SignaturePolicy.Historical);

        Assert.Equal(SignatureState.Unchecked, identity.Signature);
        Assert.Null(identity.Handle);
        Assert.NotNull(identity.Warning);
    }

    [Test]
    public void Read_DocumentNamedAfterTheDid_IsFound()
    {
        string path = WriteCar("current", null, null, out var commit);
        _folder.Write(
            $"{SampleIdentity.FileName(Log.Did)}.did.json",
            SampleIdentity.Document(Log.Did, "document.test", Current, "https://pds.example"));

        Assert.Equal(
            SignatureState.Valid,
            IdentityFiles.Read(path, commit, SignaturePolicy.Historical).Signature);
    }

    [Test]
    [Arguments("did_plc_aaaaaaaaaaaaaaaaaaaaaaaa.car", true)]
    [Arguments("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa.car.gz", true)]
    [Arguments("did_of_somebody.car", false)]
    [Arguments("didactic.car", false)]
    public void Read_FileNamedAfterAnotherDid_IsAFault(string name, bool refused)
    {
        WriteCar("current", null, null, out var commit);

        var identity = IdentityFiles.Read(_folder.At(name), commit, SignaturePolicy.Any);

        Assert.Equal(refused ? "DidMismatch" : null, identity.Fault?.Split(':')[0]);
    }

    private string WriteCar(string signer, string? document, string? log, out Commit commit)
    {
        var repo = SampleRepo.Build(
            Log.Did, Key(signer), TestRepos.Rev(1),
            [("com.example.note/self", SampleRecord.Encode(("n", 1)))]);
        var block = repo.Car.Blocks[0];
        Assert.Equal(CommitError.None, Commit.Read(block.Cid, block.Bytes, out var read));
        commit = read!;
        if (document is not null)
        {
            _folder.Write("a.did.json", SampleIdentity.Document(
                Log.Did, "document.test", Key(document), "https://pds.example"));
        }

        if (log is not null) _folder.Write("a.plc.json", Log.Json);
        return _folder.Write("a.car", repo.ToCar());
    }

    private static SampleKey Key(string name) => name switch
    {
        "earlier" => Earlier,
        "current" => Current,
        _ => Stranger,
    };
}
