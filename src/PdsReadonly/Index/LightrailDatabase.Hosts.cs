using Atproto.Syntax;

namespace PdsReadonly.Index;

/// <summary>A host that repos are asked at, or listed by.</summary>
internal sealed record LightrailHost
{
    public required long Id { get; init; }

    /// <summary>Without a path.</summary>
    public required string Url { get; init; }

    /// <summary>Where its listRepos goes on; null at the start.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether its listRepos was read to the end once.</summary>
    public bool IsListed { get; init; }

    /// <summary>How often it began anew: a page of an earlier round is of no use.</summary>
    public long Round { get; init; }

    /// <summary>Requests a second; 0 leaves it to the settings.</summary>
    public double Pace { get; init; }

    /// <summary>What it can do, as its profile writes itself.</summary>
    public string? Profile { get; init; }
}

// The hosts.
internal sealed partial class LightrailDatabase
{
    /// <summary>Repos that a host may have waiting for their first proof, to begin with.</summary>
    internal const int UnprovenPerHostMax = 1000;

    /// <summary>And so many more for each that was proven there.</summary>
    internal const int UnprovenPerProven = 10;

    /// <summary>Bytes that the names of claimed collections may have, of one repo.</summary>
    internal const int ClaimBytesMax = 16 * 1024;

    /// <summary>Hosts at which nothing was proven yet; the oldest give way.</summary>
    internal const int UnprovenHostsMax = 4096;

    private const string SelectHosts =
        "SELECT id, url, cursor, is_listed, pace, profile, round FROM host";

    /// <summary>The host's number, never 0; a new one is added.</summary>
    internal long HostIdOf(string url)
    {
        long id = 0;
        InTransaction(() =>
        {
            Statement("INSERT OR IGNORE INTO host(url, is_listed, pace) VALUES(?1, 0, 0)")
                .BindString(1, url).Run();
            var statement = Statement("SELECT id FROM host WHERE url = ?1").BindString(1, url);
            statement.Step();
            id = statement.Int64(0);
            statement.Reset();
        });
        return id;
    }

    internal LightrailHost? FindHost(long id)
    {
        lock (Gate)
        {
            var statement = Statement(SelectHosts + " WHERE id = ?1").Bind(1, id);
            var host = statement.Step() ? ReadHost(statement) : null;
            statement.Reset();
            return host;
        }
    }

    internal List<LightrailHost> Hosts(int limit = int.MaxValue)
    {
        lock (Gate)
        {
            var hosts = new List<LightrailHost>();
            var statement = Statement(SelectHosts + " ORDER BY id LIMIT ?1")
                .Bind(1, (long)limit);
            while (statement.Step()) hosts.Add(ReadHost(statement));
            statement.Reset();
            return hosts;
        }
    }

    /// <summary>Keeps what was learned of a host.</summary>
    internal void SetHost(long id, string? profile, double pace) => InTransaction(() =>
    {
        var statement = Statement("UPDATE host SET profile = ?2, pace = ?3 WHERE id = ?1")
            .Bind(1, id).Bind(3, pace);
        if (profile is null) statement.BindNull(2);
        else statement.BindString(2, profile);
        statement.Run();
    });

    /// <summary>
    /// Has the host's listRepos begin again, as after events that cannot be had any more.
    /// </summary>
    internal void ListAgain(long hostId) => InTransaction(() =>
        Statement("UPDATE host SET cursor = NULL, is_listed = 0, round = round + 1 WHERE id = ?1")
            .Bind(1, hostId).Run());

    /// <summary>
    /// Forgets the oldest hosts at which nothing was ever proven, with their repos, while there are
    /// too many. They come back as they came.
    /// </summary>
    /// <param name="isKept">Whether the host of that URL stays in any case.</param>
    /// <returns>Their numbers and URLs.</returns>
    internal List<LightrailHost> ForgetUnprovenHosts(Func<string, bool> isKept)
    {
        var forgotten = new List<LightrailHost>();
        InTransaction(() =>
        {
            var statement = Statement(
                SelectHosts + " WHERE proven = 0 ORDER BY id DESC LIMIT -1 OFFSET ?1")
                .Bind(1, (long)UnprovenHostsMax);
            while (statement.Step()) forgotten.Add(ReadHost(statement));
            statement.Reset();
            forgotten.RemoveAll(host => isKept(host.Url));
            foreach (var host in forgotten) ForgetHost(host.Id);
        });
        return forgotten;
    }

    // Repos that were never proven are all queued.
    private void ForgetHost(long id)
    {
        var dids = new List<Did>();
        var statement = Statement(
            "SELECT did FROM resync JOIN repo ON id = repo WHERE resync.host = ?1").Bind(1, id);
        while (statement.Step())
        {
            if (Did.TryParse(statement.Bytes(0), out var did)) dids.Add(did);
        }

        statement.Reset();
        foreach (var did in dids) Forget(did);
        Statement("DELETE FROM host WHERE id = ?1").Bind(1, id).Run();
    }

    /// <summary>The first of claimed collections, as many as are kept of one repo.</summary>
    internal static IReadOnlyList<string> MostOf(IReadOnlyList<string> claimed)
    {
        int bytes = 0;
        return [.. claimed.TakeWhile(name => (bytes += name.Length) <= ClaimBytesMax)];
    }

    private bool HasRoomAt(long hostId)
    {
        var statement = Statement("SELECT repos, proven FROM host WHERE id = ?1").Bind(1, hostId);
        long repos = 0;
        long proven = 0;
        if (statement.Step()) (repos, proven) = (statement.Int64(0), statement.Int64(1));
        statement.Reset();
        return repos - proven < UnprovenPerHostMax + (UnprovenPerProven * proven);
    }

    private void CountAt(LightrailRepo? before, LightrailRepo? after)
    {
        var (from, wasProven) = (before?.HostId ?? 0, before?.Origin > CollectionOrigin.Claimed);
        var (to, isProven) = (after?.HostId ?? 0, after?.Origin > CollectionOrigin.Claimed);
        if (from == to && wasProven == isProven) return;
        CountAt(from, -1, wasProven ? -1 : 0);
        CountAt(to, 1, isProven ? 1 : 0);
    }

    private void CountAt(long hostId, int repos, int proven)
    {
        if (hostId == 0) return;
        Statement("UPDATE host SET repos = repos + ?2, proven = proven + ?3 WHERE id = ?1")
            .Bind(1, hostId).Bind(2, (long)repos).Bind(3, (long)proven).Run();
    }

    private void SetCursor(long hostId, string? cursor)
    {
        var statement = Statement(
            "UPDATE host SET cursor = ?2, is_listed = max(is_listed, ?3) WHERE id = ?1")
            .Bind(1, hostId).Bind(3, cursor is null ? 1L : 0);
        if (cursor is null) statement.BindNull(2);
        else statement.BindString(2, cursor);
        statement.Run();
    }

    private static LightrailHost ReadHost(SqliteStatement row) => new()
    {
        Id = row.Int64(0),
        Url = row.Text(1)!,
        Cursor = row.Text(2),
        IsListed = row.Int64(3) != 0,
        Pace = row.Double(4),
        Profile = row.Text(5),
        Round = row.Int64(6),
    };
}
