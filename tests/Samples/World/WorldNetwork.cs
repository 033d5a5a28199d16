namespace Samples.World;

/// <summary>
/// All accounts of a world, its directory of identities, and the event stream that a relay would
/// send. Whoever reads or changes it from several threads holds its gate.
/// </summary>
public sealed class WorldNetwork
{
    private readonly SortedDictionary<string, WorldAccount> _accounts =
        new(StringComparer.Ordinal);

    public Lock Gate { get; } = new();

    public EventFeed Feed { get; } = new();

    /// <summary>By DID, in its order.</summary>
    public IReadOnlyDictionary<string, WorldAccount> Accounts => _accounts;

    public void Add(WorldAccount account, WorldHost host)
    {
        ArgumentNullException.ThrowIfNull(account);
        account.Host = host;
        lock (Gate) _accounts.Add(account.Did, account);
    }

    /// <summary>A repo with an account of its own, for tests that need no more.</summary>
    public WorldAccount Add(WorldRepo repo, WorldHost host)
    {
        ArgumentNullException.ThrowIfNull(repo);
        var key = repo.Key ?? throw new ArgumentException("nobody signs it", nameof(repo));
        var account = new WorldAccount(repo, $"h{_accounts.Count}.example.com", key);
        Add(account, host);
        return account;
    }

    /// <summary>The DID document; null when there is no such account, or no longer.</summary>
    public byte[]? Document(string did)
    {
        bool isHere = _accounts.TryGetValue(did, out var account);
        if (!isHere || account!.State == AccountState.Deleted) return null;
        string url = account.Host!.Url.GetLeftPart(UriPartial.Authority);
        return SampleIdentity.Document(did, account.Handle, account.Key, url);
    }
}
