using System.CommandLine;
using System.Diagnostics.CodeAnalysis;

namespace PdsReadonly.Cli;

/// <summary>What commands have in common that ask other hosts.</summary>
internal sealed class OutboundOptions
{
    internal const string HostUrl = "an http or https URL of a host";

    private const string PlcByDefault = "https://plc.directory";

    /// <summary>Absent unless given.</summary>
    internal Option<Uri?> Plc { get; } = new("--plc-url")
    {
        Description = $"The PLC directory that is asked for did:plc. [{PlcByDefault}]",
        HelpName = "URL",
        CustomParser = OptionText.Parser<Uri>("--plc-url", TryParseUrl, "an http or https URL"),
    };

    internal Option<bool> AllowPrivate { get; } = new("--allow-private")
    {
        Description = "Also ask hosts on private addresses, hosts without TLS, and "
            + "did:web:localhost.",
    };

    internal Uri PlcOf(ParseResult result) => result.GetValue(Plc) ?? new Uri(PlcByDefault);

    internal static bool TryParseUrl(string text, [MaybeNullWhen(false)] out Uri url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url) && (url.Scheme is "https" or "http");

    /// <summary>Of a host alone, without path, query or user.</summary>
    internal static bool TryParseHost(string text, [MaybeNullWhen(false)] out Uri url) =>
        TryParseUrl(text, out url) && url.PathAndQuery == "/" && url.Fragment.Length == 0
        && url.UserInfo.Length == 0;
}
