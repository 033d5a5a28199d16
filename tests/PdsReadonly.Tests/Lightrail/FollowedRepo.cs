using Atproto.Firehose;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Index;
using Samples;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>A repo that is written to, and its messages as a follower gets them.</summary>
internal sealed class FollowedRepo
{
    private readonly WrittenRepo _repo;

    internal FollowedRepo(string did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
    {
        _repo = new WrittenRepo(did, null);
        Assert.True(Did.TryParse(did, out var parsed));
        Did = parsed;
    }

    internal Did Did { get; }

    /// <summary>Of a repo that nothing is known of.</summary>
    internal RepoState Unknown => new() { Did = Did };

    internal HashSet<string> Collections => [.. _repo.Collections()];

    internal WrittenRepo Repo => _repo;

    internal VerifiedCommit Write(params string[] written) => Verified(_repo.Write(written, []));

    internal VerifiedCommit Remove(params string[] removed) => Verified(_repo.Write([], removed));

    internal static VerifiedCommit Verified(SampleCommit commit)
    {
        Assert.True(StreamFrame.TryRead(commit.ToFrame(), out var message, out _));
        var fault = CommitVerifier.Verify((StreamCommit)message!, null, out var verified);
        Assert.Equal(CommitFault.None, fault);
        return verified!;
    }

    /// <summary>The state of whoever has proven the repo as it is after a commit.</summary>
    internal RepoState At(VerifiedCommit commit) => Unknown with
    {
        Rev = commit.Commit.Rev,
        Data = commit.Commit.Data,
        RevMax = commit.Commit.Rev,
    };

    internal static StreamAccount Account(Did did, bool isActive, string? status = null) =>
        new() { Did = did, IsActive = isActive, Status = status };

    internal static Commit CommitOf(VerifiedCommit verified) => verified.Commit;
}
