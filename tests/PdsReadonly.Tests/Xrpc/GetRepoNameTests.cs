using System.Text;
using Atproto.Multiformats;
using Atproto.Syntax;
using PdsReadonly.Catalog;
using PdsReadonly.Xrpc.Methods;

namespace PdsReadonly.Tests.Xrpc;

/// <summary>The name that an export is saved under.</summary>
public sealed class GetRepoNameTests
{
    private const string Rev = "3jzfcijpj2z2a";

    [Test]
    [Arguments("did:plc:abc", "alice-1.example.com", "alice-1.example.com")]
    [Arguments("did:plc:abc", null, "did_plc_abc")]
    [Arguments("did:web:host.example%3A8080", null, "did_web_host.example_3A8080")]
    public void Disposition_OfARepo_IsHandleOrDidAndRev(string did, string? handle, string name) =>
        Assert.Equal($"attachment; filename=\"{name}.{Rev}.car\"", Of(did, handle));

    [Test]
    public void Disposition_OfALongDid_IsANameThatFileSystemsTake()
    {
        string disposition = Of("did:web:" + new string('a', 1_000), handle: null);
        Assert.InRange(disposition.Split('"')[1].Length, 200, 255);
    }

    private static string Of(string did, string? handle)
    {
        Assert.True(Did.TryParse(did, out var parsed));
        Assert.True(Tid.TryParse(Rev, out var rev));
        Handle? claimed = null;
        if (handle is not null)
        {
            Assert.True(Handle.TryParse(handle, out var valid));
            claimed = valid;
        }

        return Encoding.ASCII.GetString(SyncGetRepo.Disposition(new RepoEntry
        {
            Did = parsed,
            Rev = rev,
            Head = Cid.Of(CidCodec.DagCbor, "commit"u8),
            Status = HostingStatus.Active,
            Signature = default,
            FirstSeen = 0,
            SourcePath = "",
            CarPath = "",
            IndexPath = "",
            IndexBytes = 0,
            Handle = claimed,
        }));
    }
}
