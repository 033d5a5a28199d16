namespace PdsReadonly.Lightrail;

/// <summary>What is followed, and how.</summary>
internal sealed record LightrailSettings
{
    /// <summary>Relays or hosts whose streams are followed and whose repos are listed.</summary>
    public required IReadOnlyList<Uri> Upstreams { get; init; }

    /// <summary>Whether each host that a relay lists is asked for its repos too.</summary>
    public bool DeepCrawl { get; init; }

    /// <summary>Requests a second to one host.</summary>
    public double CrawlQps { get; init; } = 8;

    /// <summary>Requests a second to the PLC directory.</summary>
    public double PlcQps { get; init; } = 32;

    /// <summary>Repos proven at once, over all hosts.</summary>
    public int WalksMax { get; init; } = 32;

    /// <summary>Memory for the nodes of one walk, in bytes.</summary>
    public long WalkBytesMax { get; init; } = 16 << 20;

    /// <summary>
    /// Memory for nodes and answers of all walks, in bytes, beyond the little that each has of its
    /// own.
    /// </summary>
    public long MemoryBytesMax { get; init; } = 64 << 20;

    /// <summary>
    /// How often repos are listed again, for what the stream did not tell; zero for never.
    /// </summary>
    public TimeSpan ListingInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The largest proof that is kept, in bytes; zero keeps none.</summary>
    public int ProofBytesMax { get; init; } = 256 * 1024;

    /// <summary>Bytes in files that exports of all walks may take at once.</summary>
    public long SpillBytesMax { get; init; } = 2L << 30;

    /// <summary>
    /// For what is too much for memory: rather on a disk than where the system keeps files in
    /// memory, as it may those of its folder for temporary ones.
    /// </summary>
    public string SpillFolder { get; init; } = Path.GetTempPath();

    public required Uri Plc { get; init; }

    /// <summary>Whether hosts may be on private addresses, and asked without TLS.</summary>
    public bool AllowPrivate { get; init; }
}
