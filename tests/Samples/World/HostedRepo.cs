using System.Buffers;
using System.Text;
using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Samples.World;

/// <summary>
/// What a host has of one repo: a commit, and blocks by CID. It answers out of them without asking
/// whether they form a repo, so that trees which are none can be served too.
/// </summary>
public class HostedRepo(string did) : IMstNodeSource
{
    private readonly Dictionary<Cid, byte[]> _blocks = [];
    private readonly MstNode _reader = new();

    public string Did { get; } = did;

    /// <summary>The signed commit's block.</summary>
    public SampleBlock Commit { get; protected internal set; } = SampleBlock.Of([]);

    public string Rev { get; protected internal set; } = "";

    /// <summary>The root node's CID.</summary>
    public Cid Data { get; protected internal set; }

    /// <summary>Nodes and records held.</summary>
    public int BlockCount => _blocks.Count;

    /// <summary>sync.getRecord: the commit, the nodes on the way to a key, the record.</summary>
    public byte[] Proof(string path, out bool isPresent)
    {
        var answer = Begin();
        byte[] key = Encoding.UTF8.GetBytes(path);
        var cid = Data;
        var step = MstStep.Descend;
        while (step == MstStep.Descend && _blocks.TryGetValue(cid, out byte[]? block))
        {
            CarWriter.WriteSection(answer, cid, block);
            if (_reader.Read(block) != MstError.None) break;
            step = MstSearch.Next(_reader, block, key, out cid);
        }

        isPresent = step == MstStep.Found;
        if (isPresent && _blocks.TryGetValue(cid, out byte[]? record))
        {
            CarWriter.WriteSection(answer, cid, record);
        }

        return answer.WrittenSpan.ToArray();
    }

    /// <summary>sync.getRepo: every block the commit leads to, in pre-order.</summary>
    public byte[] Export()
    {
        var answer = Begin();
        Write(answer, Data, records: true, boundariesOnly: false, "", null);
        return answer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// sync.getRepoCollections: the nodes that prove the collections behind one, up to so many.
    /// More of them than a frugal host would send, where the range ends within a node.
    /// </summary>
    public byte[] ProvenPage(string? after = null, int limit = int.MaxValue)
    {
        var answer = Begin();
        var page = new PageRange(after is null ? "" : after + "0", limit);
        Write(answer, Data, records: false, boundariesOnly: true, "", null, page);
        return answer.WrittenSpan.ToArray();
    }

    /// <summary>A block by its CID, the commit's too; null when it is not there.</summary>
    public byte[]? Block(in Cid cid) =>
        cid == Commit.Cid ? Commit.Bytes : _blocks.GetValueOrDefault(cid);

    /// <summary>A path up to its slash.</summary>
    public static string CollectionOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? path : path[..slash];
    }

    /// <inheritdoc/>
    bool IMstNodeSource.TryGetBlock(in Cid cid, out ReadOnlyMemory<byte> block)
    {
        bool isHere = _blocks.TryGetValue(cid, out byte[]? bytes);
        block = bytes;
        return isHere;
    }

    internal void Keep(in Cid cid, byte[] block) => _blocks[cid] = block;

    internal void Forget(in Cid cid) => _blocks.Remove(cid);

    internal void KeepAllOf(HostedRepo other)
    {
        foreach (var (cid, block) in other._blocks) _blocks[cid] = block;
    }

    internal ArrayBufferWriter<byte> Begin()
    {
        var answer = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(answer, Commit.Cid);
        CarWriter.WriteSection(answer, Commit.Cid, Commit.Bytes);
        return answer;
    }

    // Pre-order. Low and high are the keys that the node hangs between; high is null at the end.
    private void Write(
        ArrayBufferWriter<byte> answer, in Cid cid, bool records, bool boundariesOnly, string low,
        string? high, PageRange? page = null)
    {
        if (!_blocks.TryGetValue(cid, out byte[]? block)) return;
        CarWriter.WriteSection(answer, cid, block);
        var entries = NodeEntries.Read(block);
        string from = low;
        for (int i = 0; i <= entries.Keys.Count; i++)
        {
            string? to = i < entries.Keys.Count ? entries.Keys[i] : high;
            bool isOpen = from.Length == 0 || to is null;
            bool spans = isOpen || CollectionOf(from) != CollectionOf(to!);
            bool isWanted = !boundariesOnly || (spans && page!.Covers(from, to));
            if (isWanted && entries.Links[i] is { } link)
            {
                Write(answer, link, records, boundariesOnly, from, to, page);
            }

            if (i == entries.Keys.Count) break;
            page?.Pass(entries.Keys[i]);
            from = entries.Keys[i];
            if (records && _blocks.TryGetValue(entries.Values[i], out byte[]? record))
            {
                CarWriter.WriteSection(answer, entries.Values[i], record);
            }
        }
    }

    // How far a page has come: the collections seen, in key order.
    private sealed class PageRange(string start, int limit)
    {
        private readonly HashSet<string> _seen = [];

        // Whether a walk from the start to one collection more than the limit comes by here.
        internal bool Covers(string low, string? high)
        {
            bool isBefore = high is not null && string.CompareOrdinal(high, start) < 0;
            return !isBefore && (_seen.Count <= limit || low.Length == 0);
        }

        internal void Pass(string key)
        {
            if (string.CompareOrdinal(key, start) >= 0) _seen.Add(CollectionOf(key));
        }
    }
}
