namespace Samples.World;

/// <summary>
/// Writes to a repo while it is being asked for: records come and go, and with them collections,
/// whose names stand right beside those of others.
/// </summary>
/// <param name="repo">Remembers its collections at every commit.</param>
/// <param name="writesPerRoundTrip">
/// On average; half of them before its first answer, half behind.
/// </param>
/// <param name="seed">The same writes in the same order.</param>
public sealed class Mover(WorldRepo repo, double writesPerRoundTrip, ulong seed)
{
    private readonly SampleRandom _random = new(seed);
    private double _due;

    /// <summary>Hears of every commit, as a stream does.</summary>
    public Action<WorldCommit> OnCommit { get; set; } = static _ => { };

    public int Writes { get; private set; }

    /// <summary>Makes a host's repo move with each request, as if it were a round trip.</summary>
    public void Attach(WorldHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        host.BeforeAnswer = _ => Pass();
        host.AfterAnswer = _ => Pass();
    }

    /// <summary>The same with each round trip by this way, which requests may share.</summary>
    public void Attach(WorldHost host, WorldHandler way)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(way);
        way.OnHalfRoundTrip = () =>
        {
            lock (host.Network.Gate) Pass();
        };
    }

    /// <summary>One write.</summary>
    public void Write()
    {
        Writes++;
        OnCommit(_random.Below(10) switch
        {
            < 4 => repo.Write([Existing() + "/" + SampleTid.Of((long)(_random.Next() >> 14))], []),
            < 5 => repo.Write([_random.Pick<string>([.. repo.Paths])], []),
            < 7 => repo.Write([Beside(Existing()) + "/self"], []),
            _ => RemoveSome(),
        });
    }

    // Half of a round trip.
    private void Pass()
    {
        _due += writesPerRoundTrip / 2;
        for (; _due >= 1; _due--) Write();
    }

    // A whole small collection, or one record of a large one.
    private WorldCommit RemoveSome()
    {
        string collection = Existing();
        var paths = repo.Paths
            .Where(path => path.StartsWith(collection + "/", StringComparison.Ordinal))
            .Take(4)
            .ToArray();
        // The last records of all stay: something has to go on moving.
        if (repo.Paths.Count < 10) return repo.Write([Beside(collection) + "/self"], []);
        return repo.Write([], paths.Length < 4 ? paths : [_random.Pick<string>(paths)]);
    }

    private string Existing() => _random.Pick<string>([.. repo.Collections()]);

    private string Beside(string name)
    {
        string beside = name + _random.Pick<string>(["0", "a", ".d", ".A"]);
        return beside.Length < 60 ? beside : "com.example.c" + _random.Below(1000);
    }
}
