using Atproto.Multiformats;

namespace PdsReadonly.Index;

// Which repo holds which collection.
internal sealed partial class LightrailDatabase
{
    // Far more than are in use; a hostile repo may make up any number.
    private const int CollectionIdsMax = 20_000;

    private readonly Dictionary<string, long> _collectionIds = new(StringComparer.Ordinal);

    /// <summary>The repo's collections, in the order of their names.</summary>
    internal List<HeldCollection> CollectionsOf(Atproto.Syntax.Did did)
    {
        lock (Gate)
        {
            var held = new List<HeldCollection>();
            if (FindRepo(did) is not { } repo) return held;
            var statement = Statement("""
                SELECT name, origin, rev, proven FROM held JOIN collection ON id = collection
                WHERE repo = ?1 ORDER BY name
                """).Bind(1, repo.FirstSeen);
            while (statement.Step())
            {
                var origin = (CollectionOrigin)statement.Int64(1);
                Cid? commit = origin == CollectionOrigin.Claimed
                    ? null
                    : statement.Cid(3) ?? repo.ProvenCommit;
                held.Add(new HeldCollection(
                    statement.Text(0)!, origin, statement.Tid(2), commit));
            }

            statement.Reset();
            return held;
        }
    }

    private void AddHeld(LightrailRepo repo, string collection, Cid? commit)
    {
        if (commit is null) throw new ArgumentException("an effect without its commit");
        long id = IdOf(collection);
        var origin = OriginOf(repo, id);
        if (origin > CollectionOrigin.Claimed) return;
        Span<byte> room = stackalloc byte[Cid.Bytes];
        Statement("INSERT OR REPLACE INTO held VALUES(?1, ?2, ?3, ?4, ?5)")
            .Bind(1, repo.FirstSeen).Bind(2, id).Bind(3, (long)CollectionOrigin.Stream)
            .Bind(4, Number(repo.State.Rev)).BindCid(5, commit, room).Run();
        if (origin == CollectionOrigin.None) AddPair(repo, id);
        else _totals = _totals with { ClaimedPairs = _totals.ClaimedPairs - 1 };
    }

    private void RemoveHeld(LightrailRepo repo, string collection)
    {
        long id = IdOf(collection);
        var origin = OriginOf(repo, id);
        if (origin != CollectionOrigin.None) RemoveHeld(repo, id, origin);
    }

    private void RemoveHeld(LightrailRepo repo, long id, CollectionOrigin origin)
    {
        Statement("DELETE FROM held WHERE repo = ?1 AND collection = ?2")
            .Bind(1, repo.FirstSeen).Bind(2, id).Run();
        Statement("DELETE FROM pair WHERE collection = ?1 AND shown = ?2 AND did = ?3")
            .Bind(1, id).Bind(2, Shown(repo)).BindString(3, repo.State.Did.ToString()).Run();
        _totals = _totals with { Pairs = _totals.Pairs - 1 };
        if (origin != CollectionOrigin.Claimed) return;
        _totals = _totals with { ClaimedPairs = _totals.ClaimedPairs - 1 };
    }

    // All of them, known as the repo's are now.
    private void ReplaceHeld(
        LightrailRepo before, LightrailRepo after, IReadOnlyList<string> collections)
    {
        var held = ReadHeld(after.FirstSeen);
        bool isClaim = after.Origin == CollectionOrigin.Claimed;
        int missing = 0;
        foreach (string collection in collections)
        {
            long id = IdOf(collection);
            bool isThere = held.Remove(id, out var origin);
            Statement("INSERT OR REPLACE INTO held VALUES(?1, ?2, ?3, ?4, NULL)")
                .Bind(1, after.FirstSeen).Bind(2, id).Bind(3, (long)after.Origin)
                .Bind(4, Number(after.ProvenRev)).Run();
            if (!isThere) AddPair(after, id);
            if (!isThere && before.Origin == CollectionOrigin.Claimed) missing++;
            int claims = (isClaim ? 1 : 0) - (origin == CollectionOrigin.Claimed ? 1 : 0);
            _totals = _totals with { ClaimedPairs = _totals.ClaimedPairs + claims };
        }

        int invented = 0;
        foreach (var (id, origin) in held)
        {
            RemoveHeld(after, id, origin);
            if (origin == CollectionOrigin.Claimed) invented++;
        }

        if (after.ProvenCommit is null || before.Origin != CollectionOrigin.Claimed) return;
        string did = after.State.Did.ToString();
        if (invented > 0)
        {
            AddNote(NoteKind.ClaimDisproved, did, $"{invented} claimed are not there", invented);
        }

        if (missing > 0)
        {
            AddNote(NoteKind.ClaimIncomplete, did, $"{missing} there were not claimed", missing);
        }
    }

    private void AddPair(LightrailRepo repo, long id)
    {
        Statement("INSERT INTO pair VALUES(?1, ?2, ?3)")
            .Bind(1, id).Bind(2, Shown(repo)).BindString(3, repo.State.Did.ToString()).Run();
        _totals = _totals with { Pairs = _totals.Pairs + 1 };
    }

    private CollectionOrigin OriginOf(LightrailRepo repo, long id)
    {
        var statement = Statement("SELECT origin FROM held WHERE repo = ?1 AND collection = ?2")
            .Bind(1, repo.FirstSeen).Bind(2, id);
        var origin = statement.Step()
            ? (CollectionOrigin)statement.Int64(0)
            : CollectionOrigin.None;
        statement.Reset();
        return origin;
    }

    private Dictionary<long, CollectionOrigin> ReadHeld(long repo)
    {
        var held = new Dictionary<long, CollectionOrigin>();
        var statement = Statement("SELECT collection, origin FROM held WHERE repo = ?1")
            .Bind(1, repo);
        while (statement.Step())
        {
            held.Add(statement.Int64(0), (CollectionOrigin)statement.Int64(1));
        }

        statement.Reset();
        return held;
    }

    private long IdOf(string collection)
    {
        if (_collectionIds.TryGetValue(collection, out long id)) return id;
        Statement("INSERT OR IGNORE INTO collection(name) VALUES(?1)")
            .BindString(1, collection).Run();
        var statement = Statement("SELECT id FROM collection WHERE name = ?1")
            .BindString(1, collection);
        statement.Step();
        id = statement.Int64(0);
        statement.Reset();
        if (_collectionIds.Count == CollectionIdsMax) _collectionIds.Clear();
        _collectionIds.Add(collection, id);
        return id;
    }

    // Claims stand in a run of their own: nobody who asks gets what is merely believed.
    private static long Shown(LightrailRepo repo)
    {
        if (repo.State.Status != AccountStatus.Active) return 0;
        return repo.Origin == CollectionOrigin.Claimed ? 2 : 1;
    }
}
