using System.Buffers.Binary;
using System.Text;
using Atproto.Multiformats;
using Atproto.Repo;

namespace PdsReadonly.Index;

/// <summary>
/// Writes one repo's index under a temporary name while the walk goes on. Incomplete files are
/// never published: <see cref="Complete"/> comes last, and only then may the file be renamed.
/// </summary>
internal sealed class RepoIndexWriter : IRepoSink, IDisposable
{
    /// <summary>
    /// Collections of one repo. Honest ones have some dozens; describeRepo shows every one.
    /// </summary>
    internal const int CollectionsMax = 100_000;

    private const int MimeTypeBytesMax = 127;

    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _insertRecord;
    private readonly SqliteStatement _insertBlocks;
    private readonly SqliteStatement _insertCollection;
    private readonly SqliteStatement _insertBlob;
    private readonly byte[] _blocks =
        new byte[IndexSchema.BlocksPerRow * IndexSchema.BlockEntryBytes];
    private readonly RecordChunkWriter _listed = new();
    private readonly RecordChunkWriter _unlisted = new();
    private readonly List<(string Nsid, long Records)> _collections = [];
    private readonly byte[] _collection = new byte[RepoPath.BytesMax];
    private int _collectionLength;
    private long _collectionId;
    private long _collectionRecords;
    private long _unlistedRecords;
    private int _blockCount;
    private long _blockRow;

    internal RepoIndexWriter(string path)
    {
        _database = SqliteDatabase.Create(path);
        // The file is thrown away unless it becomes whole, so SQLite need not guard it.
        _database.Execute($"""
            PRAGMA page_size = {IndexSchema.PageBytes};
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA user_version = {IndexSchema.Version};
            BEGIN;
            {IndexSchema.Create}
            """);
        _insertRecord = _database.Prepare("INSERT INTO record VALUES(?1, ?2, ?3)");
        _insertBlocks = _database.Prepare("INSERT INTO block VALUES(?1, ?2)");
        _insertCollection = _database.Prepare("INSERT INTO collection VALUES(?1, ?2, ?3)");
        _insertBlob = _database.Prepare("INSERT OR IGNORE INTO blob VALUES(?1, ?2, ?3, ?4)");
    }

    /// <summary>
    /// Collections in key order with their record counts; where there are more than
    /// <see cref="CollectionsMax"/>, one more than that.
    /// </summary>
    internal IReadOnlyList<(string Nsid, long Records)> Collections => _collections;

    /// <summary>The blocks of the file, to find raw ones that records reference as blobs.</summary>
    internal BlockTable? Blocks { get; set; }

    public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place)
    {
        var entry = _blocks.AsSpan(_blockCount * IndexSchema.BlockEntryBytes);
        BinaryPrimitives.WriteUInt128BigEndian(entry, digestPrefix);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], place.Bits);
        if (++_blockCount == IndexSchema.BlocksPerRow) FlushBlocks();
    }

    public void OnRecord(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm)
    {
        if (!collection.SequenceEqual(_collection.AsSpan(0, _collectionLength)))
        {
            EndCollection();
            collection.CopyTo(_collection);
            _collectionLength = collection.Length;
            _collectionId++;
        }

        if (!hasForm) _unlistedRecords++;
        var chunk = hasForm ? _listed : _unlisted;
        if (chunk.IsFull) Flush(chunk);
        chunk.Add(rkey, ordinal);
        _collectionRecords++;
    }

    // The first reference in key order gives the type, should several disagree.
    public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType)
    {
        Span<byte> text = stackalloc byte[Cid.TextBytes];
        cid.FormatTo(text);
        // A type too long for a header is never sent; a megabyte of it need not be kept either.
        var kept = mimeType.Length <= MimeTypeBytesMax ? mimeType : default;
        _insertBlob.BindText(1, text).BindText(2, kept);
        if (Blocks is not null && Blocks.TryFindRaw(cid, out int index))
        {
            var place = Blocks.PlaceAt(index);
            _insertBlob.Bind(3, place.Offset).Bind(4, place.Length).Run();
        }
        else
        {
            _insertBlob.BindNull(3).BindNull(4).Run();
        }
    }

    /// <summary>Writes what is left and closes the file, which then is whole.</summary>
    internal void Complete(Commit commit, RepoCounts counts, BlockTable blocks)
    {
        if (_blockCount > 0) FlushBlocks();
        EndCollection();
        WriteLookups(blocks);
        WriteRepo(commit, counts);
        _database.Execute("COMMIT");
    }

    public void Dispose()
    {
        _insertRecord.Dispose();
        _insertBlocks.Dispose();
        _insertCollection.Dispose();
        _insertBlob.Dispose();
        _database.Dispose();
    }

    private void FlushBlocks()
    {
        var entries = _blocks.AsSpan(0, _blockCount * IndexSchema.BlockEntryBytes);
        _insertBlocks.Bind(1, _blockRow++).BindBlob(2, entries).Run();
        _blockCount = 0;
    }

    private void Flush(RecordChunkWriter chunk)
    {
        if (chunk.IsEmpty) return;
        long part = chunk == _listed ? _collectionId : -_collectionId;
        _insertRecord.Bind(1, part).BindText(2, chunk.First).BindBlob(3, chunk.Bytes).Run();
        chunk.Clear();
    }

    private void EndCollection()
    {
        if (_collectionLength == 0) return;
        Flush(_listed);
        Flush(_unlisted);
        var nsid = _collection.AsSpan(0, _collectionLength);
        _insertCollection.BindText(1, nsid).Bind(2, _collectionId).Bind(3, _collectionRecords)
            .Run();
        if (_collections.Count <= CollectionsMax)
        {
            _collections.Add((Encoding.ASCII.GetString(nsid), _collectionRecords));
        }

        _collectionRecords = 0;
    }

    private void WriteLookups(BlockTable blocks)
    {
        using var insert = _database.Prepare("INSERT INTO block VALUES(?1, ?2)");
        byte[] row = new byte[IndexSchema.LookupsPerRow * IndexSchema.LookupEntryBytes];
        int count = 0;
        long first = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            uint ordinal = blocks.OrdinalAt(i);
            // Not reached by the walk: not part of the repo, never to be found.
            if (ordinal == 0) continue;
            uint digestBits = (uint)(
                blocks.DigestPrefixAt(i) >> (128 - IndexSchema.LookupDigestBits));
            if (count == 0) first = IndexSchema.LookupKey(digestBits, ordinal - 1);
            var entry = row.AsSpan(count * IndexSchema.LookupEntryBytes);
            entry[0] = (byte)(digestBits >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(entry[1..], (ushort)digestBits);
            BinaryPrimitives.WriteUInt32BigEndian(entry[3..], ordinal - 1);
            if (++count < IndexSchema.LookupsPerRow) continue;
            insert.Bind(1, first).BindBlob(2, row).Run();
            count = 0;
        }

        if (count == 0) return;
        var rest = row.AsSpan(0, count * IndexSchema.LookupEntryBytes);
        insert.Bind(1, first).BindBlob(2, rest).Run();
    }

    private void WriteRepo(Commit commit, RepoCounts counts)
    {
        using var insert =
            _database.Prepare("INSERT INTO repo VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        Span<byte> head = stackalloc byte[Cid.Bytes];
        Span<byte> data = stackalloc byte[Cid.Bytes];
        commit.Cid.CopyTo(head);
        commit.Data.CopyTo(data);
        insert.BindText(1, Encoding.ASCII.GetBytes(commit.Did.ToString()))
            .BindText(2, Encoding.ASCII.GetBytes(commit.Rev.ToString()))
            .BindBlob(3, head).BindBlob(4, data)
            .Bind(5, counts.Blocks).Bind(6, counts.Records).Bind(7, counts.ExportBytes)
            .Bind(8, _unlistedRecords).Run();
    }
}
