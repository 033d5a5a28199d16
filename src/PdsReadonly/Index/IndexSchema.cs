namespace PdsReadonly.Index;

/// <summary>
/// The layout of one repo's index: where things are in its CAR, not a second copy of them. A
/// published index is never written again; a new revision is a new file.
/// </summary>
/// <remarks>
/// Blocks have numbers in the order of a canonical export, so that an export, and a page of
/// records, reads neighbouring rows. <c>record</c> holds the keys of a collection with their
/// blocks' numbers, some fifteen to a row (<see cref="RecordChunkWriter"/>), by the first of each.
/// <c>block</c> holds them 41 to a row, 24 bytes each: half a digest and the place. Above those, in
/// the same table since a small repo's rows then share a page, are the ways from a digest to the
/// number: rows of 138 sorted entries of 7 bytes, found by the first of each. A block is only ever
/// found through a CID that a parent or this index vouches for. Records without a JSON form have
/// rows of <c>record</c> too, under their collection's number made negative: who lists a collection
/// never meets them.
/// </remarks>
internal static class IndexSchema
{
    /// <summary>
    /// Raised with every change of layout or meaning; the one before is served until it is built
    /// again, others at once are.
    /// </summary>
    internal const int Version = 2;

    /// <summary>
    /// Had records without a JSON form among the others, and knew nothing of how many.
    /// </summary>
    internal const int UnfilteredVersion = 1;

    private static readonly string Ending = $".{Version}.sqlite";

    /// <summary>Small, so that a repo of 20 records takes a few KB.</summary>
    internal const int PageBytes = 1024;

    internal const int BlockEntryBytes = 24;

    /// <summary>As many as fit a page without overflowing.</summary>
    internal const int BlocksPerRow = 41;

    /// <summary>Three bytes of the digest, four of the block number.</summary>
    internal const int LookupEntryBytes = 7;

    internal const int LookupDigestBits = 24;

    /// <summary>Rows from this key on are lookups. Places have rows of far lower numbers.</summary>
    internal const long LookupBase = 1L << 60;

    internal const int LookupsPerRow = 138;

    internal const string Create = """
        CREATE TABLE repo(
          did TEXT, rev TEXT, head BLOB, data BLOB, blocks INT, records INT, export INT,
          unlisted INT);
        CREATE TABLE collection(nsid TEXT PRIMARY KEY, id INT, records INT) WITHOUT ROWID;
        CREATE TABLE record(
          collection INT, first TEXT, rows BLOB, PRIMARY KEY(collection, first)) WITHOUT ROWID;
        CREATE TABLE block(page INTEGER PRIMARY KEY, entries BLOB);
        CREATE TABLE blob(cid TEXT PRIMARY KEY, mime TEXT, offset INT, length INT) WITHOUT ROWID;
        """;

    /// <summary>A name that no other index has, and that tells its version.</summary>
    internal static string NewFileName() => $"{Guid.NewGuid():N}{Ending}";

    /// <summary>Whether the file, by its name, is of this version.</summary>
    internal static bool IsCurrent(string path) =>
        path.EndsWith(Ending, StringComparison.Ordinal);

    /// <summary>
    /// The key of a lookup entry: above all rows of places, the digest's first 24 bits, then the
    /// block number.
    /// </summary>
    internal static long LookupKey(uint digestBits, uint ordinal) =>
        LookupBase | ((long)digestBits << 32) | ordinal;
}
