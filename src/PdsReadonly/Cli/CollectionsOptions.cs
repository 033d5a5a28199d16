using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using Atproto.Crypto;
using Atproto.Syntax;
using PdsReadonly.Lightrail;

namespace PdsReadonly.Cli;

/// <summary>The arguments of collections.</summary>
internal sealed class CollectionsOptions
{
    private readonly Argument<string?> _account = new("ACCOUNT")
    {
        Description = "A handle or a DID, which is looked up: its PDS and its key.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<Uri?> _pds = new("--pds")
    {
        Description = "The host to ask, instead of the one that the account's document names.",
        HelpName = "URL",
        CustomParser = OptionText.Parser<Uri>(
            "--pds", OutboundOptions.TryParseHost, OutboundOptions.HostUrl),
    };

    private readonly Option<Did?> _did = new("--did")
    {
        Description = "Whose repo, without looking anything up; wants --pds, or --check.",
        HelpName = "DID",
        CustomParser = OptionText.Parser<Did?>("--did", TryParseDid, "a DID"),
    };

    private readonly Option<PublicKey?> _key = new("--key")
    {
        Description = "The key that the commit has to be signed with, instead of the document's.",
        HelpName = "did:key:…",
        CustomParser = OptionText.Parser<PublicKey>("--key", TryParseKey, "a did:key"),
    };

    private readonly Option<Strategy> _strategy = new("--strategy")
    {
        Description =
            "How to ask. proof: getRepoCollections; blocks: one proof of a record, then getBlocks; "
            + "probe: proofs of records alone; repo: the whole export; auto: the cheapest of these "
            + "that the host can do; describe: what the host claims, unproven. [auto]",
        HelpName = "auto|proof|blocks|probe|repo|describe",
        CustomParser = OptionText.Parser<Strategy>(
            "--strategy", OptionText.TryParseName,
            "auto, proof, blocks, probe, repo or describe"),
    };

    private readonly OutboundOptions _outbound = new();

    private readonly Option<bool> _audit = new("--audit")
    {
        Description = "Compare with what the host's describeRepo claims; exit code 1 when they "
            + "differ.",
    };

    private readonly Option<string?> _proof = new("--proof")
    {
        Description = "Keep the proof as a CAR.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _check = new("--check")
    {
        Description = "Verify a proof that was kept, and ask nobody; with --did and --key, whose "
            + "it has to be.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "One JSON object instead of text.",
    };

    /// <summary>Gives the arguments and the action to a command.</summary>
    internal void AddTo(
        Command command, Func<CollectionsSettings, CancellationToken, Task<int>> run)
    {
        command.Arguments.Add(_account);
        Option[] options =
        [
            _pds, _did, _key, _strategy, _outbound.Plc, _outbound.AllowPrivate, _audit, _proof,
            _check, _json,
        ];
        foreach (var option in options) command.Options.Add(option);
        command.Validators.Add(Validate);
        command.SetAction((result, cancellation) => run(SettingsOf(result), cancellation));
    }

    private void Validate(CommandResult result)
    {
        string? account = result.GetValue(_account);
        if (account?.StartsWith('-') == true)
        {
            result.AddError($"Unrecognized option '{account}'.");
        }
        else if (account is not null && !AtIdentifier.TryParse(account, out _))
        {
            result.AddError($"ACCOUNT {account}: expected a handle or a DID");
        }

        bool hasDid = result.GetResult(_did) is not null;
        if (result.GetResult(_check) is not null)
        {
            Option[] online =
            [
                _pds, _strategy, _outbound.Plc, _outbound.AllowPrivate, _audit, _proof,
            ];
            var name = Array.Find(online, option => result.GetResult(option) is not null)?.Name
                ?? (account is null ? null : "ACCOUNT");
            if (name is not null) result.AddError($"--check asks nobody: {name} has no use");
        }
        else if (account is null && !hasDid)
        {
            result.AddError("whose collections? name a handle or a DID");
        }
        else if (account is not null && hasDid)
        {
            result.AddError("either ACCOUNT, which is looked up, or --did, which is not");
        }
        else if (hasDid && result.GetResult(_pds) is null)
        {
            result.AddError("--did wants --pds: a DID without --did is looked up");
        }
    }

    private CollectionsSettings SettingsOf(ParseResult result)
    {
        bool isNamed = AtIdentifier.TryParse(result.GetValue(_account), out var account);
        return new CollectionsSettings
        {
            Account = isNamed ? account : null,
            Did = result.GetValue(_did),
            Pds = result.GetValue(_pds),
            Key = result.GetValue(_key),
            Strategy = result.GetValue(_strategy),
            Plc = _outbound.PlcOf(result),
            AllowPrivate = result.GetValue(_outbound.AllowPrivate),
            Audit = result.GetValue(_audit),
            Proof = result.GetValue(_proof),
            Check = result.GetValue(_check),
            Json = result.GetValue(_json),
        };
    }

    private static bool TryParseDid(string text, out Did? did)
    {
        bool valid = Did.TryParse(text, out var parsed);
        did = valid ? parsed : null;
        return valid;
    }

    private static bool TryParseKey(
        string text, [MaybeNullWhen(false)] out PublicKey key) =>
        DidKey.TryParse(text, out key) == KeyError.None;
}
