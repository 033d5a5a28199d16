namespace EndToEnd.Tests.Harness;

/// <summary>
/// How to start the server, where the defaults of <see cref="PdsProcess"/> differ.
/// </summary>
internal sealed record PdsLaunch
{
    /// <summary>Serve unless given.</summary>
    public string? Command { get; init; }

    /// <summary>Arguments beside --port, --bind, --data, --allow-empty and -v.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>
    /// A data folder to share between starts; unless given, one that goes with the process.
    /// </summary>
    public string? DataFolder { get; init; }

    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The limit of open files it is put under (ulimit -n).</summary>
    public int? DescriptorsMax { get; init; }

    /// <summary>
    /// Whether the start is over when all is loaded, rather than at the first connection.
    /// </summary>
    public bool UntilReady { get; init; } = true;
}
