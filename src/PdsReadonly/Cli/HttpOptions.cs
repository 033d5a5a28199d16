using System.CommandLine;
using System.Net;
using Http;

namespace PdsReadonly.Cli;

/// <summary>The options of serve that are about HTTP: limits, proxies, transport.</summary>
internal sealed class HttpOptions
{
    private const int HeadBytesMin = 1024;
    private const int HeadBytesMax = 1024 * 1024;
    private const int UrlBytesMin = 256;
    private const int HeadersMin = 10;
    private const int HeadersMax = 10_000;
    private const int SecondsMax = 24 * 60 * 60;
    private const int ConnectionsMost = 1_000_000;
    private const int LoopsMax = 1024;

    private static readonly HttpLimits s_defaults = new();

    private readonly Option<int> _headBytes = Number(
        "--head-bytes-max", "BYTES", HeadBytesMin, HeadBytesMax, s_defaults.HeadBytesMax,
        "The longest request head; beyond it: 431.");

    private readonly Option<int> _headers = Number(
        "--headers-max", "COUNT", HeadersMin, HeadersMax, s_defaults.HeaderCountMax,
        "The most header lines of a request; beyond: 431.");

    private readonly Option<int> _urlBytes = Number(
        "--url-bytes-max", "BYTES", UrlBytesMin, HeadBytesMax, s_defaults.TargetBytesMax,
        "The longest URL; beyond it: 414.");

    private readonly Option<int> _headTimeout = Seconds(
        "--head-timeout", s_defaults.HeadTimeout,
        "From a request's first byte to the end of its head; later: 408.");

    private readonly Option<int> _bodyTimeout = Seconds(
        "--body-timeout", s_defaults.BodyTimeout,
        "From there to the end of its content; later: 408.");

    private readonly Option<int> _idleTimeout = Seconds(
        "--idle-timeout", s_defaults.IdleTimeout,
        "How long a connection may wait for its next request.");

    private readonly Option<int> _slowReaderTimeout = Seconds(
        "--slow-reader-timeout", s_defaults.SlowReaderTimeout,
        "How long a client may take next to nothing of an answer before it is cut off.");

    private readonly Option<int?> _connections = Count(
        "--connections-max",
        $"Connections at once; one more: 503. [{s_defaults.ConnectionsMax}, or as many as there "
        + "are file descriptors for]");

    private readonly Option<int?> _connectionsPerAddress = Count(
        "--connections-per-address-max",
        "The same of one IPv4 address or IPv6 /64. For each client behind a trusted proxy: long "
        + "answers and event streams at once; one more: 429. "
        + $"[{s_defaults.ConnectionsPerAddressMax}, at most half of all]");

    private readonly Option<int> _streamsPerAddress = Number(
        "--exports-per-address-max", "COUNT", 1, 100_000, s_defaults.StreamsPerAddressMax,
        "Exports (getRepo, getBlocks) that one address may take at once; one more: 429.");

    private readonly Option<IPNetwork[]> _trustedProxies = new("--trusted-proxy")
    {
        Description = "A proxy whose X-Forwarded-For is believed; its connections are exempt from "
            + "the limit per address. Any number of times.",
        HelpName = "ADDRESS|CIDR",
        CustomParser = OptionText.ListParser<IPNetwork>(
            "--trusted-proxy", TryParseNetwork, "an IP address, or a network such as 10.0.0.0/8"),
    };

    private readonly Option<TransportKind> _transport = new("--transport")
    {
        Description = "What moves the bytes. epoll is for Linux, and the default there.",
        HelpName = "epoll|sockets",
        DefaultValueFactory = _ => HttpSettings.TransportByDefault,
        CustomParser = OptionText.Parser<TransportKind>(
            "--transport", TryParseTransport,
            OperatingSystem.IsLinux() ? "epoll or sockets" : "sockets"),
    };

    private readonly Option<int> _loops = Number(
        "--loops", "COUNT", 0, LoopsMax, 0, "Loops of the epoll transport; 0: one per core.");

    internal void AddTo(Command command)
    {
        Option[] options =
        [
            _headBytes, _headers, _urlBytes, _headTimeout, _bodyTimeout, _idleTimeout,
            _slowReaderTimeout, _connections, _connectionsPerAddress, _streamsPerAddress,
            _trustedProxies, _transport, _loops,
        ];
        foreach (var option in options) command.Options.Add(option);
    }

    internal HttpSettings SettingsOf(ParseResult result) => new()
    {
        Limits = new HttpLimits
        {
            HeadBytesMax = result.GetValue(_headBytes),
            HeaderCountMax = result.GetValue(_headers),
            TargetBytesMax = result.GetValue(_urlBytes),
            HeadTimeout = TimeSpan.FromSeconds(result.GetValue(_headTimeout)),
            BodyTimeout = TimeSpan.FromSeconds(result.GetValue(_bodyTimeout)),
            IdleTimeout = TimeSpan.FromSeconds(result.GetValue(_idleTimeout)),
            SlowReaderTimeout = TimeSpan.FromSeconds(result.GetValue(_slowReaderTimeout)),
            StreamsPerAddressMax = result.GetValue(_streamsPerAddress),
            HeldBytesMax = HeldBytesMax(),
        },
        ConnectionsMax = result.GetValue(_connections),
        ConnectionsPerAddressMax = result.GetValue(_connectionsPerAddress),
        TrustedProxies = result.GetValue(_trustedProxies) ?? [],
        Transport = result.GetValue(_transport),
        Loops = result.GetValue(_loops),
    };

    // In a small container the runtime has less than that to give.
    private static long HeldBytesMax() => Math.Min(
        s_defaults.HeldBytesMax, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    private static Option<int> Seconds(string name, TimeSpan byDefault, string description) =>
        Number(name, "SECONDS", 1, SecondsMax, (int)byDefault.TotalSeconds, description);

    private static Option<int> Number(
        string name, string unit, int min, int max, int byDefault, string description) =>
        new(name)
        {
            Description = description,
            HelpName = unit,
            DefaultValueFactory = _ => byDefault,
            CustomParser = OptionText.Parser<int>(
                name,
                (string text, out int value) =>
                    OptionText.TryParseNumber(text, out value) && value >= min && value <= max,
                $"{min} to {max}"),
        };

    private static Option<int?> Count(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "COUNT",
        CustomParser = OptionText.Parser<int?>(
            name, TryParseConnections, $"1 to {ConnectionsMost}"),
    };

    private static bool TryParseConnections(string text, out int? value)
    {
        bool isNumber = OptionText.TryParseNumber(text, out int number);
        value = number;
        return isNumber && number is >= 1 and <= ConnectionsMost;
    }

    private static bool TryParseTransport(string text, out TransportKind kind) =>
        OptionText.TryParseName(text, out kind)
        && (kind != TransportKind.Epoll || OperatingSystem.IsLinux());

    /// <summary>An address, or a network by its prefix.</summary>
    internal static bool TryParseNetwork(string text, out IPNetwork network)
    {
        bool isNetwork = text.Contains('/', StringComparison.Ordinal);
        network = default;
        if (isNetwork && !IPNetwork.TryParse(text, out network)) return false;
        if (!isNetwork)
        {
            if (!IPAddress.TryParse(text, out var address)) return false;
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        // Connections over IPv4 have IPv4 addresses, however the proxy's was written.
        const int MappedBits = 96;
        if (network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedBits)
        {
            network = new IPNetwork(
                network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedBits);
        }

        return true;
    }
}
