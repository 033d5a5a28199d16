using Atproto.Firehose;
using Atproto.Multiformats;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Index;
using Samples;

namespace PdsReadonly.Tests.Index;

/// <summary>A repo elsewhere, whose commits and proofs are stored in the index.</summary>
internal sealed class RemoteRepo
{
    private readonly SampleHost _host;

    internal RemoteRepo(string name, params IEnumerable<string> collections)
    {
        _host = new SampleHost(
            SampleIdentity.Plc(name), null, collections.Select(collection => $"{collection}/1"));
        Assert.True(Did.TryParse(_host.Did, out var did));
        Id = did;
    }

    internal Did Id { get; }

    internal Tid Rev => Tid.TryParse(_host.Rev, out var rev) ? rev : default;

    internal Cid Commit => _host.Commit.Cid;

    internal IReadOnlyList<string> Collections => _host.Collections();

    internal ReadOnlyMemory<byte> Proof => _host.ProvenPage();

    internal ProvenCollections Prove()
    {
        Assert.Null(CollectionProof.Verify(_host.ProvenPage(), Id, null, null, out var proven));
        return proven!;
    }

    internal ListedRepo Listed(AccountStatus status = AccountStatus.Active) =>
        new(Id, Rev, Commit, status);

    /// <summary>The first record of one collection, the last of another; what follows.</summary>
    internal RepoChange Change(RepoState before, string[] added, string[] removed)
    {
        _host.Write([.. added.Select(name => $"{name}/1")], [.. removed.Select(n => $"{n}/1")]);
        return new RepoChange
        {
            After = before with { Rev = Rev, Data = _host.Data, RevMax = Rev },
            Commit = Commit,
            Collections =
            [
                .. added.Select(name => new CollectionEffect(name, Presence.Present)),
                .. removed.Select(name => new CollectionEffect(name, Presence.Absent)),
            ],
        };
    }
}
