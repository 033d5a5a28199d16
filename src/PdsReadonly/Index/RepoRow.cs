using Atproto.Multiformats;
using Atproto.Syntax;

namespace PdsReadonly.Index;

/// <summary>A row of the table of remote repos, read by the writer and by readers.</summary>
internal static class RepoRow
{
    internal const string Columns = """
        id, host, status, rev, data, rev_max, needs_resync, head, head_rev, origin, proven,
        proven_rev, learned, signed, did
        """;

    /// <summary>The row of that repo, in the order of the columns.</summary>
    internal static LightrailRepo Read(SqliteStatement row, Did did) => new()
    {
        FirstSeen = row.Int64(0),
        HostId = row.Int64(1),
        State = new RepoState
        {
            Did = did,
            Status = (AccountStatus)row.Int64(2),
            Rev = row.Tid(3),
            Data = row.Cid(4),
            RevMax = row.Tid(5),
            NeedsResync = row.Int64(6) != 0,
        },
        Head = row.Cid(7),
        HeadRev = row.Tid(8),
        Origin = (CollectionOrigin)row.Int64(9),
        ProvenCommit = row.Cid(10),
        ProvenRev = row.Tid(11),
        LearnedAt = row.Int64(12),
        IsSigned = row.Int64(13) != 0,
    };

    /// <summary>The row of whichever repo.</summary>
    internal static LightrailRepo Read(SqliteStatement row) =>
        Did.TryParse(row.Bytes(14), out var did)
            ? Read(row, did)
            : throw new InvalidDataException("the index holds what is no DID");

    internal static Tid? Tid(this SqliteStatement row, int column) =>
        row.IsNull(column) ? null : new Tid((ulong)row.Int64(column));

    internal static Cid? Cid(this SqliteStatement row, int column) =>
        Atproto.Multiformats.Cid.TryRead(row.Bytes(column), out var cid) ? cid : null;

    /// <summary>Binds 36 bytes, or NULL.</summary>
    /// <param name="statement">What it is bound to.</param>
    /// <param name="index">Which parameter.</param>
    /// <param name="cid">The CID.</param>
    /// <param name="room">For its bytes.</param>
    internal static SqliteStatement BindCid(
        this SqliteStatement statement, int index, Cid? cid, Span<byte> room)
    {
        if (cid is not { } value) return statement.BindNull(index);
        value.CopyTo(room);
        return statement.BindBlob(index, room[..Atproto.Multiformats.Cid.Bytes]);
    }
}
