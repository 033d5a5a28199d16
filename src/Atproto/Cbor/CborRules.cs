namespace Atproto.Cbor;

/// <summary>How strict <see cref="CborCheck"/> is.</summary>
public enum CborRules
{
    /// <summary>atproto's data model: one encoding per value, no floats.</summary>
    Strict,

    /// <summary>
    /// What existing records get, as the network's own software reads them: unsorted keys, finite
    /// floats, undefined, any CID in a link and text that is not UTF-8 pass; the rest is as strict.
    /// </summary>
    Lenient,
}
