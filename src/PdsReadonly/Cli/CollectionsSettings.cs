using Atproto.Crypto;
using Atproto.Syntax;
using PdsReadonly.Lightrail;

namespace PdsReadonly.Cli;

/// <summary>What collections is told.</summary>
internal sealed record CollectionsSettings
{
    /// <summary>Who is looked up; null when <see cref="Did"/> is taken as it is.</summary>
    internal AtIdentifier? Account { get; init; }

    internal Did? Did { get; init; }

    /// <summary>The host to ask; null for the one that the account's document names.</summary>
    internal Uri? Pds { get; init; }

    /// <summary>What the commit has to be signed with, whatever the document says.</summary>
    internal PublicKey? Key { get; init; }

    internal Strategy Strategy { get; init; }

    internal required Uri Plc { get; init; }

    internal bool AllowPrivate { get; init; }

    internal bool Audit { get; init; }

    /// <summary>Where the proof is to be kept.</summary>
    internal string? Proof { get; init; }

    /// <summary>The proof to verify, instead of asking anybody.</summary>
    internal string? Check { get; init; }

    internal bool Json { get; init; }
}
