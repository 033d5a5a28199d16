using System.CommandLine;
using PdsReadonly.Lightrail;

namespace PdsReadonly.Cli;

/// <summary>The options of lightrail beside those of serve.</summary>
internal sealed class LightrailOptions
{
    internal const string Description = """
        Follow relays or hosts and serve listReposByCollection, proven rather than believed.

        Every repo that an upstream lists or tells of is asked at its own host for the proof of
        which collections it holds; from there on the upstream's event stream is followed and each
        commit verified. With --car it serves repositories too.
        """;

    private const int QpsByDefault = 8;
    private const int PlcQpsByDefault = 32;
    private const int QpsMost = 1000;
    private const int ListingMinutesByDefault = 24 * 60;
    private const int ListingMinutesMost = 30 * 24 * 60;
    private const int WalksByDefault = 32;
    private const int WalksMost = 256;

    private readonly Option<Uri[]> _upstreams = new("--upstream")
    {
        Description = "A relay or a PDS to follow, which may be on a private address; any number "
            + "of times.",
        HelpName = "URL",
        Required = true,
        CustomParser = OptionText.ListParser<Uri>(
            "--upstream", OutboundOptions.TryParseHost, OutboundOptions.HostUrl),
    };

    private readonly Option<bool> _deepCrawl = new("--deep-crawl")
    {
        Description = "Ask each host that a relay lists for its repos too, which finds those that "
            + "the relay does not know of.",
    };

    private readonly Option<int> _qps = Number(
        "--crawl-qps", "COUNT", QpsMost, QpsByDefault, "Requests a second to one host at most.");

    private readonly Option<int> _plcQps = Number(
        "--plc-qps", "COUNT", QpsMost, PlcQpsByDefault,
        "Requests a second to the PLC directory at most.");

    private readonly Option<int> _walks = Number(
        "--walks-max", "COUNT", WalksMost, WalksByDefault,
        "Repos that are proven at once at most; as many that take long go on beside them.");

    private readonly Option<int> _listing = Number(
        "--list-again", "MINUTES", ListingMinutesMost, ListingMinutesByDefault,
        "How often upstreams' repos are listed once more, for what their streams did not tell.",
        what: "minutes");

    private readonly OutboundOptions _outbound = new();

    internal void AddTo(Command command)
    {
        Option[] options =
        [
            _upstreams, _deepCrawl, _qps, _plcQps, _walks, _listing, _outbound.Plc,
            _outbound.AllowPrivate,
        ];
        foreach (var option in options) command.Options.Add(option);
    }

    internal LightrailSettings SettingsOf(ParseResult result) => new()
    {
        Upstreams = [.. result.GetValue(_upstreams)!.Distinct()],
        DeepCrawl = result.GetValue(_deepCrawl),
        CrawlQps = result.GetValue(_qps),
        PlcQps = result.GetValue(_plcQps),
        WalksMax = result.GetValue(_walks),
        ListingInterval = TimeSpan.FromMinutes(result.GetValue(_listing)),
        Plc = _outbound.PlcOf(result),
        AllowPrivate = result.GetValue(_outbound.AllowPrivate),
    };

    private static Option<int> Number(
        string name, string unit, int most, int byDefault, string description,
        string what = "a number") =>
        new(name)
        {
            Description = $"{description} [{byDefault}]",
            HelpName = unit,
            DefaultValueFactory = _ => byDefault,
            CustomParser = OptionText.Parser<int>(
                name, (string text, out int number) => TryParse(text, most, out number),
                $"{what}, 1 to {most}"),
        };

    private static bool TryParse(string text, int most, out int number) =>
        OptionText.TryParseNumber(text, out number) && number >= 1 && number <= most;
}
