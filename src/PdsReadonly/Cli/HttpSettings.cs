using System.Net;
using Http;

namespace PdsReadonly.Cli;

/// <summary>What moves the bytes.</summary>
internal enum TransportKind
{
    /// <summary>Linux only: loops over epoll.</summary>
    Epoll,

    /// <summary>The platform's own sockets, everywhere.</summary>
    Sockets,
}

/// <summary>How serve speaks HTTP.</summary>
internal sealed record HttpSettings
{
    internal static TransportKind TransportByDefault =>
        OperatingSystem.IsLinux() ? TransportKind.Epoll : TransportKind.Sockets;

    /// <summary>All of them but the numbers of connections.</summary>
    public HttpLimits Limits { get; init; } = new();

    /// <summary>Null: as many as there are descriptors for, up to the engine's default.</summary>
    public int? ConnectionsMax { get; init; }

    /// <summary>Null: the engine's default, or half of all if that is less.</summary>
    public int? ConnectionsPerAddressMax { get; init; }

    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    public TransportKind Transport { get; init; } = TransportByDefault;

    /// <summary>Of the epoll transport; 0: one per core.</summary>
    public int Loops { get; init; }

    /// <summary>
    /// The limits for a process that has descriptors for <paramref name="connectionsHeld"/>.
    /// </summary>
    internal HttpLimits LimitsFor(int connectionsHeld)
    {
        int all = ConnectionsMax ?? Math.Min(Limits.ConnectionsMax, connectionsHeld);
        // One address must not keep all others out.
        int half = Math.Max(1, all / 2);
        return Limits with
        {
            ConnectionsMax = all,
            ConnectionsPerAddressMax =
                ConnectionsPerAddressMax ?? Math.Min(Limits.ConnectionsPerAddressMax, half),
        };
    }
}
