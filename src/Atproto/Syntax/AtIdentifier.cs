namespace Atproto.Syntax;

/// <summary>
/// What names an account in a request: a DID or a handle
/// (https://atproto.com/specs/lexicon#at-identifier). Text that starts with "did:" is a DID or
/// nothing.
/// </summary>
public readonly record struct AtIdentifier : ISyntax<AtIdentifier>
{
    private readonly Did _did;
    private readonly Handle _handle;

    public AtIdentifier(Did did) => _did = did;

    public AtIdentifier(Handle handle) => _handle = handle;

    /// <summary>The DID, when it is one.</summary>
    public Did? Did => _did == default ? null : _did;

    /// <summary>The handle in lower case, when it is one.</summary>
    public Handle? Handle => _handle == default ? null : _handle;

    public static bool IsValid(ReadOnlySpan<byte> text) =>
        text.StartsWith("did:"u8) ? Syntax.Did.IsValid(text) : Syntax.Handle.IsValid(text);

    public static bool TryParse(ReadOnlySpan<byte> text, out AtIdentifier identifier)
    {
        bool valid = Utf8<AtIdentifier>.TryParse(text, out var bytes);
        identifier = From(bytes);
        return valid;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out AtIdentifier identifier)
    {
        // The two forms exclude each other: a handle holds no colon.
        identifier = Syntax.Did.TryParse(text, out var did) ? new AtIdentifier(did)
            : Syntax.Handle.TryParse(text, out var handle) ? new AtIdentifier(handle)
            : default;
        return identifier != default;
    }

    public static AtIdentifier From(Utf8<AtIdentifier> value) =>
        Syntax.Did.TryParse(value.Bytes, out var did) ? new AtIdentifier(did)
        : Syntax.Handle.TryParse(value.Bytes, out var handle) ? new AtIdentifier(handle)
        : default;

    public override string ToString() => Did is { } did ? did.ToString() : _handle.ToString();
}
