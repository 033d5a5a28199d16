using System.Net;
using Atproto.Syntax;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Lightrail;

namespace PdsReadonly.Cli;

/// <summary>Everything serve was told, by options and environment.</summary>
internal sealed record ServeSettings
{
    public required IReadOnlyList<string> Cars { get; init; }

    public string? Blobs { get; init; }

    public int Port { get; init; } = 3000;

    public IPAddress Bind { get; init; } = IPAddress.IPv6Any;

    public string? Hostname { get; init; }

    /// <summary>Null: one is found.</summary>
    public string? Data { get; init; }

    public SignaturePolicy Signatures { get; init; }

    public bool AllowLegacy { get; init; }

    /// <summary>Serve although no CAR was found.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>A line for each file, not only for those that are refused.</summary>
    public bool Verbose { get; init; }

    public bool ImmutableBlobs { get; init; }

    /// <summary>How long events stay that newer ones have taken the place of.</summary>
    public TimeSpan EventWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Announce every head with its records.</summary>
    public bool Replay { get; init; }

    public string? ContactEmail { get; init; }

    public string? PrivacyPolicyUrl { get; init; }

    public string? TermsOfServiceUrl { get; init; }

    public HttpSettings Http { get; init; } = new();

    /// <summary>What is followed beside; null when nothing is.</summary>
    public LightrailSettings? Lightrail { get; init; }

    /// <summary>Hosting statuses set by hand, kept in the catalog.</summary>
    public IReadOnlyList<(Did Did, HostingStatus Status)> Statuses { get; init; } = [];
}
