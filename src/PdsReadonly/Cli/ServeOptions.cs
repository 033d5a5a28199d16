using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Atproto.Syntax;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Cli;

/// <summary>The options of serve. A flag wins over its variable.</summary>
internal sealed class ServeOptions
{
    private readonly Option<string[]> _cars = new("--car")
    {
        Description = "A CAR file, a folder of them, or a pattern; any number of times. [PDS_CAR_DIR]",
        HelpName = "FILE|DIR|GLOB",
    };

    private readonly Option<string?> _blobs = new("--blobs")
    {
        Description = "A folder of blobs: DIR/<did>/…/<cid>. [PDS_BLOBS_DIR]",
        HelpName = "DIR",
    };

    private readonly Option<int> _port = new("--port")
    {
        Description = "The port to listen on; 0 picks a free one. [PDS_PORT, else 3000]",
        HelpName = "PORT",
        DefaultValueFactory = FromEnvironment("PDS_PORT", 3000),
        CustomParser = Parser<int>("--port", TryParsePort, "is no port"),
    };

    private readonly Option<IPAddress> _bind = new("--bind")
    {
        Description = "The address to listen on; all of them unless given.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => IPAddress.IPv6Any,
        CustomParser = Parser<IPAddress>("--bind", IPAddress.TryParse, "is no IP address"),
    };

    private readonly Option<string?> _hostname = new("--hostname")
    {
        Description = "The public host name. [PDS_HOSTNAME]",
        HelpName = "NAME",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "Where catalog and indexes are kept; the user's cache folder unless given. [PDS_DATA_DIR]",
        HelpName = "DIR",
    };

    private readonly Option<SignaturePolicy> _signatures = new("--signatures")
    {
        Description = "Which signatures a repo must have: historical (valid under a key its identity "
            + "names now or named before, where it is known), require (and it must be known), any.",
        HelpName = "historical|require|any",
    };

    private readonly Option<bool> _allowLegacy = new("--allow-legacy")
    {
        Description = "Serve repos whose commit is of version 2 or lacks prev.",
    };

    private readonly Option<bool> _immutableBlobs = new("--immutable-blobs")
    {
        Description = "Let caches keep blobs for good; a takedown then does not reach them.",
    };

    private readonly Option<string[]> _status = new("--status")
    {
        Description = "Set and remember a repo's hosting status: active, deactivated, suspended or "
            + "takendown; any number of times.",
        HelpName = "DID=STATUS",
    };

    private readonly Option<string?> _contact = new("--contact-email")
    {
        Description = "Shown by describeServer.",
        HelpName = "EMAIL",
    };

    private readonly Option<string?> _privacy = new("--privacy-policy-url")
    {
        Description = "Shown by describeServer.",
        HelpName = "URL",
    };

    private readonly Option<string?> _terms = new("--terms-of-service-url")
    {
        Description = "Shown by describeServer.",
        HelpName = "URL",
    };

    private delegate bool TryParse<T>(string text, out T? value);

    /// <summary>Gives the options and the action to a command.</summary>
    internal void AddTo(Command command)
    {
        Option[] options =
        [
            _cars, _blobs, _port, _bind, _hostname, _data, _signatures, _allowLegacy, _immutableBlobs,
            _status, _contact, _privacy, _terms,
        ];
        foreach (var option in options) command.Options.Add(option);
        command.Validators.Add(Validate);
        command.SetAction((result, cancellation) => ServeCommand.RunAsync(
            SettingsOf(result), Console.Error, TimeProvider.System, cancellation));
    }

    private void Validate(CommandResult result)
    {
        if (CarsOf(result.GetValue(_cars)).Length == 0) result.AddError("--car is missing: what to serve?");
        foreach (string text in result.GetValue(_status) ?? [])
        {
            if (!TryParseStatus(text, out _)) result.AddError($"--status {text} is not DID=STATUS");
        }
    }

    private ServeSettings SettingsOf(ParseResult result)
    {
        var statuses = new List<(Did, HostingStatus)>();
        foreach (string text in result.GetValue(_status) ?? [])
        {
            if (TryParseStatus(text, out var status)) statuses.Add(status);
        }

        return new ServeSettings
        {
            Cars = CarsOf(result.GetValue(_cars)),
            Blobs = result.GetValue(_blobs) ?? Variable("PDS_BLOBS_DIR"),
            Port = result.GetValue(_port),
            Bind = result.GetValue(_bind) ?? IPAddress.IPv6Any,
            Hostname = result.GetValue(_hostname) ?? Variable("PDS_HOSTNAME"),
            Data = result.GetValue(_data) ?? Variable("PDS_DATA_DIR"),
            Signatures = result.GetValue(_signatures),
            AllowLegacy = result.GetValue(_allowLegacy),
            ImmutableBlobs = result.GetValue(_immutableBlobs),
            ContactEmail = result.GetValue(_contact),
            PrivacyPolicyUrl = result.GetValue(_privacy),
            TermsOfServiceUrl = result.GetValue(_terms),
            Statuses = statuses,
        };
    }

    private static string[] CarsOf(string[]? given)
    {
        if (given is { Length: > 0 }) return given;
        return Variable("PDS_CAR_DIR") is { } folder ? [folder] : [];
    }

    private static bool TryParseStatus(string text, out (Did Did, HostingStatus Status) parsed)
    {
        parsed = default;
        int mark = text.LastIndexOf('=');
        if (mark < 0 || !Did.TryParse(text.AsSpan(0, mark), out var did)) return false;
        // Deleted repos are not hosted at all: there the file is taken away.
        bool known = Enum.TryParse<HostingStatus>(text.AsSpan(mark + 1), ignoreCase: true, out var status)
            && status != HostingStatus.Deleted && !char.IsAsciiDigit(text[mark + 1]);
        parsed = (did, status);
        return known;
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Func<ArgumentResult, int> FromEnvironment(string name, int otherwise) => result =>
    {
        string? text = Variable(name);
        if (text is null) return otherwise;
        if (TryParsePort(text, out int value)) return value;
        result.AddError($"{name}={text} is no port");
        return otherwise;
    };

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;

    private static Func<ArgumentResult, T?> Parser<T>(
        string option, TryParse<T> parse, string complaint) => result =>
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (parse(text, out var value)) return value;
        result.AddError($"{option} {text} {complaint}");
        return default;
    };
}
