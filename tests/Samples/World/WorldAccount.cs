namespace Samples.World;

/// <summary>An account: who it is, where it is, what it has.</summary>
public sealed class WorldAccount(WorldRepo repo, string handle, SampleKey key)
{
    public WorldRepo Repo { get; } = repo;

    public string Did => Repo.Did;

    public string Handle { get; } = handle;

    /// <summary>What its DID document names.</summary>
    public SampleKey Key { get; set; } = key;

    public AccountState State { get; set; }

    /// <summary>Where it lives; its DID document says so.</summary>
    public WorldHost? Host { get; set; }
}
