using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Samples.World;

/// <summary>
/// Trees that are none, made out of a repo's own nodes and signed as its commits are: what a host
/// can do that has the key.
/// </summary>
public static class ForgedTree
{
    /// <summary>
    /// Two subtrees of the root, at its ends, in each other's place; of a root with less, two keys.
    /// </summary>
    public static HostedRepo OutOfBounds(WorldRepo repo) => Change(repo, repo.Key, (_, root) =>
    {
        int first = root.Links.FindIndex(link => link is not null);
        int last = root.Links.FindLastIndex(link => link is not null);
        if (first != last)
        {
            (root.Links[first], root.Links[last]) = (root.Links[last], root.Links[first]);
        }
        else
        {
            root.Keys.Reverse();
        }
    });

    /// <summary>A subtree one layer too low, below a node that only points to it.</summary>
    public static HostedRepo TooLow(WorldRepo repo) => Change(repo, repo.Key, (forged, root) =>
    {
        int last = root.Links.FindLastIndex(link => link is not null);
        if (last < 0) return;
        var pointer = new NodeEntries([], [], [root.Links[last]]);
        root.Links[last] = Keep(forged, pointer.ToBlock());
    });

    /// <summary>A subtree one layer too high: its own first child in its place.</summary>
    public static HostedRepo TooHigh(WorldRepo repo) => Change(repo, repo.Key, (forged, root) =>
    {
        for (int i = 0; i < root.Links.Count; i++)
        {
            if (root.Links[i] is not { } link) continue;
            var child = NodeEntries.Read(forged.Block(link)!);
            if (child.Links.Find(each => each is not null) is not { } grandchild) continue;
            root.Links[i] = grandchild;
            return;
        }
    });

    /// <summary>A subtree left out, so that its records seem gone; by another's key.</summary>
    public static HostedRepo Stranger(WorldRepo repo, SampleKey stranger) =>
        Change(repo, stranger, (_, root) =>
        {
            int last = root.Links.FindLastIndex(link => link is not null);
            if (last >= 0) root.Links[last] = null;
        });

    /// <summary>
    /// A tree that is one, of a single node: so many collections, whose long names share nearly all
    /// of their letters, so that they take many times what the node does.
    /// </summary>
    public static HostedRepo Swollen(WorldRepo repo, int count)
    {
        var forged = Copy(repo);
        var node = new NodeEntries([], [], [null]);
        string stem = new('a', 900);
        for (int i = 0; node.Keys.Count < count; i++)
        {
            string key = $"{stem}{i:d6}/self";
            if (MstLayer.Of(Encoding.ASCII.GetBytes(key)) > 0) continue;
            node.Keys.Add(key);
            node.Values.Add(repo.Commit.Cid);
            node.Links.Add(null);
        }

        return Sign(forged, repo.Key, Keep(forged, node.ToBlock()));
    }

    /// <summary>The commit's tree is a record.</summary>
    public static HostedRepo NoNode(WorldRepo repo)
    {
        var forged = Copy(repo);
        byte[] record = SampleRecord.Encode(("$type", "com.example.none"), ("l", null));
        return Sign(forged, repo.Key, Keep(forged, record));
    }

    /// <summary>What a host had at this moment.</summary>
    public static HostedRepo Copy(HostedRepo repo)
    {
        ArgumentNullException.ThrowIfNull(repo);
        var copy = new HostedRepo(repo.Did)
        {
            Commit = repo.Commit,
            Rev = repo.Rev,
            Data = repo.Data,
        };
        copy.KeepAllOf(repo);
        return copy;
    }

    private static HostedRepo Change(
        WorldRepo repo, SampleKey? key, Action<HostedRepo, NodeEntries> change)
    {
        var forged = Copy(repo);
        var root = NodeEntries.Read(repo.Block(repo.Data)!);
        change(forged, root);
        return Sign(forged, key, Keep(forged, root.ToBlock()));
    }

    // Newer than the true one, or nobody would follow.
    private static HostedRepo Sign(HostedRepo forged, SampleKey? key, in Cid data)
    {
        forged.Data = data;
        forged.Rev = SampleTid.Of(1_750_000_000_000_000);
        forged.Commit = SignedCommit.Make(forged.Did, forged.Rev, key, data);
        return forged;
    }

    private static Cid Keep(HostedRepo forged, byte[] block)
    {
        var cid = Cid.Of(CidCodec.DagCbor, block);
        forged.Keep(cid, block);
        return cid;
    }
}
