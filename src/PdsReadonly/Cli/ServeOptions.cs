using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Atproto.Syntax;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Cli;

/// <summary>
/// The options of serve, and of lightrail, which needs no CARs. A flag wins over its variable.
/// </summary>
/// <param name="lightrail">Those of lightrail alone; null for serve.</param>
internal sealed class ServeOptions(LightrailOptions? lightrail = null)
{
    private readonly Option<string[]> _cars = new("--car")
    {
        Description =
            "CAR files (*.car, *.car.gz), folders of them at any depth, or patterns with * and ?; "
            + "any number of times. Of several CARs of one repo the highest rev is served. "
            + "NAME.did.json (DID document) and NAME.plc.json (PLC audit log) beside NAME.car "
            + "tell the handle and the keys. [PDS_CAR_DIR]",
        HelpName = "FILE|DIR|GLOB",
        AllowMultipleArgumentsPerToken = true,
    };

    // Only serve has it.
    private readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "The same as --car.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _allowEmpty = new("--allow-empty")
    {
        Description = "Serve although no CAR file is found.",
    };

    private readonly Option<bool> _verbose = new("--verbose", "-v")
    {
        Description = "Say of every file what came of it, not only of those that are refused.",
    };

    private readonly Option<string?> _blobs = new("--blobs")
    {
        Description =
            "A folder of blobs: DIR/<did>/…/<cid>, the DID with colons or underscores. Without "
            + "it, blobs are listed but only those inside a CAR are served. [PDS_BLOBS_DIR]",
        HelpName = "DIR",
    };

    private readonly Option<int> _port = new("--port")
    {
        Description = "The port to listen on; 0 picks a free one. [PDS_PORT]",
        HelpName = "PORT",
        DefaultValueFactory = PortFromEnvironment,
        CustomParser = OptionText.Parser<int>("--port", TryParsePort, PortHint),
    };

    private readonly Option<IPAddress> _bind = new("--bind")
    {
        Description =
            "The address to listen on, such as 127.0.0.1 behind a proxy. All of them unless given. "
            + "[PDS_BIND]",
        HelpName = "ADDRESS",
        DefaultValueFactory = BindFromEnvironment,
        CustomParser = OptionText.Parser<IPAddress>("--bind", IPAddress.TryParse, AddressHint),
    };

    private readonly Option<string?> _hostname = new("--hostname")
    {
        Description = "The public host name, without a port. [PDS_HOSTNAME, else localhost]",
        HelpName = "NAME",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description =
            "Where catalog and indexes are kept; one process at a time. [PDS_DATA_DIR, else "
            + "$CACHE_DIRECTORY, else the user's cache folder]",
        HelpName = "DIR",
    };

    private readonly Option<SignaturePolicy> _signatures = new("--signatures")
    {
        Description =
            "Which signatures a repo must have. historical: valid under a key its identity "
            + "names now or named before, where one is known; require: the same, and it must be "
            + "known; any: serve all. [historical]",
        HelpName = "historical|require|any",
        CustomParser = OptionText.Parser<SignaturePolicy>(
            "--signatures", OptionText.TryParseName, "historical, require or any"),
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

    private readonly Option<int> _eventWindow = new("--event-window")
    {
        Description = "How long the event stream keeps events that newer ones have taken the place "
            + "of. [24]",
        HelpName = "HOURS",
        DefaultValueFactory = _ => EventWindowByDefault,
        CustomParser = OptionText.Parser<int>(
            "--event-window", TryParseHours, "hours, 1 to 8760"),
    };

    private readonly Option<bool> _replay = new("--replay")
    {
        Description = "Announce every repo on the event stream with all its records, as commits "
            + "that create them: for consumers that check no commit against the one before.",
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

    private readonly HttpOptions _http = new();

    private const int EventWindowByDefault = 24;

    private const string AddressHint = "an IP address";

    private const string PortHint = "a port, 0 to 65535";

    /// <summary>Gives the options and the action to a command.</summary>
    internal void AddTo(Command command, CommandContext context)
    {
        Option[] options =
        [
            _cars, _blobs, _port, _bind, _hostname, _data, _signatures, _allowLegacy,
            _allowEmpty, _verbose, _immutableBlobs, _status, _eventWindow, _replay, _contact,
            _privacy, _terms,
        ];
        if (lightrail is null) command.Arguments.Add(_paths);
        foreach (var option in options) command.Options.Add(option);
        _http.AddTo(command);
        lightrail?.AddTo(command);
        command.Validators.Add(Validate);
        command.SetAction((result, cancellation) => ServeCommand.RunAsync(
            SettingsOf(result), context, cancellation));
    }

    private void Validate(CommandResult result)
    {
        // The root's validators run for its subcommands too, where serve's options stand by
        // themselves.
        if (result.Children.OfType<CommandResult>().Any()) return;
        string[] cars = CarsOf(result.GetValue(_cars), PathsOf(result));
        if (cars.Length == 0 && lightrail is null)
        {
            result.AddError("--car is missing: what to serve?");
        }

        CarOptions.RefuseOptions(cars, result);
        if (result.Command is RootCommand) CommandNames.RefuseWord(PathsOf(result), result);
        foreach (string text in result.GetValue(_status) ?? [])
        {
            if (TryParseStatus(text, out _)) continue;
            result.AddError(
                $"--status {text}: expected DID=active, deactivated, suspended or takendown");
        }

        string? hostname = result.GetValue(_hostname) ?? OptionText.Variable("PDS_HOSTNAME");
        if (hostname is not null && Uri.CheckHostName(hostname) is not UriHostNameType.Dns)
        {
            result.AddError($"--hostname {hostname}: expected a host name without a port");
        }

        foreach (var option in (Option<string?>[])[_privacy, _terms])
        {
            string? url = result.GetValue(option);
            if (url is not null && !OutboundOptions.TryParseUrl(url, out _))
            {
                result.AddError($"{option.Name} {url}: expected a URL");
            }
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
            Cars = CarsOf(result.GetValue(_cars), PathsOf(result.CommandResult)),
            Blobs = result.GetValue(_blobs) ?? OptionText.Variable("PDS_BLOBS_DIR"),
            Port = result.GetValue(_port),
            Bind = result.GetValue(_bind) ?? IPAddress.IPv6Any,
            AllowEmpty = result.GetValue(_allowEmpty),
            Verbose = result.GetValue(_verbose),
            Hostname = result.GetValue(_hostname) ?? OptionText.Variable("PDS_HOSTNAME"),
            Data = result.GetValue(_data) ?? OptionText.Variable("PDS_DATA_DIR"),
            Signatures = result.GetValue(_signatures),
            AllowLegacy = result.GetValue(_allowLegacy),
            ImmutableBlobs = result.GetValue(_immutableBlobs),
            EventWindow = TimeSpan.FromHours(result.GetValue(_eventWindow)),
            Replay = result.GetValue(_replay),
            ContactEmail = result.GetValue(_contact),
            PrivacyPolicyUrl = result.GetValue(_privacy),
            TermsOfServiceUrl = result.GetValue(_terms),
            Http = _http.SettingsOf(result),
            Statuses = statuses,
            Lightrail = lightrail?.SettingsOf(result),
        };
    }

    private string[] PathsOf(CommandResult result) =>
        lightrail is null ? result.GetValue(_paths) ?? [] : [];

    private static string[] CarsOf(string[]? named, string[] paths)
    {
        string[] given = [.. paths, .. named ?? []];
        if (given.Length > 0) return given;
        return OptionText.Variable("PDS_CAR_DIR") is { } folder ? [folder] : [];
    }

    private static bool TryParseStatus(string text, out (Did Did, HostingStatus Status) parsed)
    {
        parsed = default;
        int mark = text.LastIndexOf('=');
        if (mark < 0 || !Did.TryParse(text.AsSpan(0, mark), out var did)) return false;
        // Deleted repos are not hosted at all: there the file is taken away.
        bool known = OptionText.TryParseName<HostingStatus>(text[(mark + 1)..], out var status)
            && status != HostingStatus.Deleted;
        parsed = (did, status);
        return known;
    }

    private static bool TryParsePort(string text, out int port) =>
        OptionText.TryParseNumber(text, out port) && port <= IPEndPoint.MaxPort;

    private static bool TryParseHours(string text, out int hours) =>
        OptionText.TryParseNumber(text, out hours) && hours is >= 1 and <= 8760;

    private static IPAddress BindFromEnvironment(ArgumentResult result)
    {
        string? text = OptionText.Variable("PDS_BIND");
        if (text is null) return IPAddress.IPv6Any;
        if (IPAddress.TryParse(text, out var address)) return address;
        result.AddError($"PDS_BIND {text}: expected {AddressHint}");
        return IPAddress.IPv6Any;
    }

    private static int PortFromEnvironment(ArgumentResult result)
    {
        const int PortByDefault = 3000;
        string? text = OptionText.Variable("PDS_PORT");
        if (text is null) return PortByDefault;
        if (TryParsePort(text, out int port)) return port;
        result.AddError($"PDS_PORT {text}: expected {PortHint}");
        return PortByDefault;
    }
}
