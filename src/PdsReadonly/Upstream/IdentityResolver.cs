using System.Net.Http;
using System.Text;
using Atproto.Identity;
using Atproto.Syntax;

namespace PdsReadonly.Upstream;

/// <summary>
/// Looks up who an account is: a DID's document by the PLC directory or did:web, and a handle's DID
/// by DNS or https, which counts only if the document names the handle too.
/// </summary>
/// <remarks>
/// For any thread. The client of HTTP is the caller's; it must not follow redirects, see
/// <see cref="OutboundHandler"/>, and needs no time-out of its own.
/// </remarks>
/// <param name="http">Sends the requests.</param>
/// <param name="plc">The PLC directory.</param>
/// <param name="time">Measures time-outs and how long answers are kept.</param>
internal sealed class IdentityResolver(HttpClient http, Uri plc, TimeProvider time)
{
    /// <summary>Answers that are remembered.</summary>
    internal const int EntriesMax = 16 * 1024;

    internal static readonly TimeSpan FoundLifetime = TimeSpan.FromHours(1);
    internal static readonly TimeSpan MissingLifetime = TimeSpan.FromMinutes(5);

    // A DID and white space.
    private const int HandleFileBytesMax = 4096;

    private const string DnsPrefix = "_atproto.";
    private const string DnsValuePrefix = "did=";

    // Names that are nobody's: asking would tell strangers what is looked for.
    private static readonly string[] s_reserved =
    [
        ".alt", ".arpa", ".example", ".internal", ".invalid", ".local", ".localhost", ".onion",
    ];

    private readonly SmallFetch _fetch = new(http, time);
    private readonly IdentityCache _cache = new(EntriesMax, time);

    /// <summary>Whether did:web may name localhost, which is asked by http then.</summary>
    internal bool AllowPrivate { get; init; }

    /// <summary>How fast the directory is asked; by default as it likes.</summary>
    internal HostPace PlcPace { get; init; } = new(0, time);

    /// <summary>For how long the PLC directory has not answered.</summary>
    internal Silence PlcSilence { get; } = new(time);

    /// <summary>Asks name servers; by default those of this machine.</summary>
    internal DnsTxt Dns { get; init; } = new(NameServers.OfSystem(), time);

    /// <summary>The document's words on a DID, of now or of the last hour.</summary>
    internal async Task<IdentityAnswer> ResolveAsync(
        Did did, CancellationToken cancellation, int attemptsMax = SmallFetch.AttemptsMax)
    {
        if (_cache.Find(did) is { } known) return known;
        long forgotten = _cache.Forgotten;
        var address = DocumentAddress.Of(did, plc, AllowPrivate);
        if (address is null) return IdentityAnswer.Of(IdentityError.Unsupported);
        bool isPlc = address.Authority == plc.Authority;
        if (isPlc) PlcSilence.Asked();
        var fetched = await _fetch.GetAsync(
            address, DidDocument.BytesMax, followRedirects: false,
            isPlc ? PlcPace : null, cancellation, attemptsMax);
        if (isPlc && fetched.Error != IdentityError.Unreachable) PlcSilence.Answered();
        var answer = fetched.Error == IdentityError.None
            ? Read(did, fetched.Body)
            : IdentityAnswer.Of(fetched.Error);
        // Who could not be asked may be there the next moment.
        if (answer.Error != IdentityError.Unreachable)
        {
            bool isFound = answer.Error == IdentityError.None;
            _cache.Keep(did, answer, isFound ? FoundLifetime : MissingLifetime, forgotten);
        }

        return answer;
    }

    /// <summary>To be called when the identity is said to have changed.</summary>
    internal void Forget(Did did) => _cache.Forget(did);

    /// <summary>
    /// The account that the handle names, and whose document names the handle. On
    /// <see cref="IdentityError.HandleMismatch"/> there is an identity all the same: the one that
    /// the handle alone points to.
    /// </summary>
    internal async Task<IdentityAnswer> ResolveHandleAsync(
        Handle handle, CancellationToken cancellation)
    {
        var (error, did) = await FindDidAsync(handle, cancellation);
        if (did is not { } named) return IdentityAnswer.Of(error);
        var answer = await ResolveAsync(named, cancellation);
        bool isMutual = answer.Identity is null || answer.Identity.Handle == handle;
        return isMutual ? answer : answer with { Error = IdentityError.HandleMismatch };
    }

    private static IdentityAnswer Read(Did did, byte[] json)
    {
        var error = DidDocument.TryParse(json, did, out var document);
        if (error != DidDocumentError.None)
        {
            return IdentityAnswer.Of(error == DidDocumentError.TooLarge
                ? IdentityError.TooLarge
                : IdentityError.Malformed);
        }

        var pds = document!.PdsEndpoint is { } endpoint ? new Uri(endpoint) : null;
        return new IdentityAnswer(
            IdentityError.None,
            new ResolvedIdentity(did, pds, document.SigningKey, document.Handle));
    }

    // What DNS says goes before what the host says (https://atproto.com/specs/handle).
    private async Task<(IdentityError Error, Did? Did)> FindDidAsync(
        Handle handle, CancellationToken cancellation)
    {
        string name = handle.ToString();
        if (s_reserved.Any(end => name.EndsWith(end, StringComparison.Ordinal)))
        {
            return (IdentityError.NotFound, null);
        }

        var found = await Dns.FindAsync(DnsPrefix + name, cancellation);
        var dids = found.Texts
            .Where(text => text.StartsWith(DnsValuePrefix, StringComparison.Ordinal))
            .Select(text => text[DnsValuePrefix.Length..])
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (dids.Count > 1) return (IdentityError.Ambiguous, null);
        if (dids.Count == 1) return Parse(dids[0]);

        if (!Uri.TryCreate($"https://{name}/.well-known/atproto-did", UriKind.Absolute, out var at))
        {
            return (IdentityError.NotFound, null);
        }

        var file = await _fetch.GetAsync(
            at, HandleFileBytesMax, followRedirects: true, null, cancellation);
        if (file.Error == IdentityError.None)
        {
            string text = Encoding.Latin1.GetString(file.Body);
            return Parse(text.Split('\n', 2)[0].Trim());
        }

        bool isGone = file.Error == IdentityError.Tombstoned;
        return (isGone ? IdentityError.NotFound : file.Error, null);
    }

    private static (IdentityError Error, Did? Did) Parse(string text) =>
        Did.TryParse(text, out var did)
            ? (IdentityError.None, did)
            : (IdentityError.Malformed, null);
}
