namespace PdsReadonly.Xrpc;

/// <summary>What this server says about itself.</summary>
internal sealed record ServerOptions
{
    /// <summary>The public host name, without a port.</summary>
    public required string Hostname { get; init; }

    /// <summary>The DID of the service; by default the did:web of its host name.</summary>
    public string ServiceDid
    {
        get => field ?? "did:web:" + Hostname;
        init;
    }

    /// <summary>The version of the program, as the health route shows it.</summary>
    public required string Version { get; init; }

    /// <summary>
    /// Lets caches keep blobs for good: faster, but a takedown then reaches no cache.
    /// </summary>
    public bool ImmutableBlobs { get; init; }

    public string? ContactEmail { get; init; }

    public string? PrivacyPolicyUrl { get; init; }

    public string? TermsOfServiceUrl { get; init; }
}
