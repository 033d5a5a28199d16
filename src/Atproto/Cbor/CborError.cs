using System.Diagnostics;

namespace Atproto.Cbor;

/// <summary>Why bytes are not the DAG-CBOR they should be: one code per cause.</summary>
public enum CborError
{
    None,

    /// <summary>The input stops inside an item.</summary>
    UnexpectedEnd,

    /// <summary>A length or count says more than the rest of the input can hold.</summary>
    LengthBeyondInput,

    /// <summary>A number, length or tag is not in its shortest form.</summary>
    NotShortestForm,

    /// <summary>Indefinite length, or one of the reserved values 28 to 30.</summary>
    IndefiniteOrReserved,

    /// <summary>Well-formed, but another type than the caller expects here.</summary>
    WrongType,

    /// <summary>An integer beyond what the caller can take.</summary>
    IntegerOutOfRange,

    /// <summary>A map key that is not text.</summary>
    KeyNotText,

    /// <summary>Keys not shortest first, then bytewise.</summary>
    KeysUnsorted,

    /// <summary>The same key twice in one map.</summary>
    KeyDuplicate,

    /// <summary>Another key than the schema has here.</summary>
    KeyUnexpected,

    /// <summary>A tag other than 42.</summary>
    TagUnknown,

    /// <summary>Tag 42 on something that is no CID behind a zero byte.</summary>
    LinkMalformed,

    /// <summary>A link that is not version 1, dag-cbor, SHA-256.</summary>
    LinkNotBlessed,

    /// <summary>Floats do not exist in atproto.</summary>
    FloatNotAllowed,

    /// <summary>NaN or an infinity, which no JSON number can show.</summary>
    FloatNotFinite,

    /// <summary>A simple value other than false, true and null.</summary>
    SimpleNotAllowed,

    /// <summary>Text that is not UTF-8.</summary>
    TextNotUtf8,

    /// <summary>Nested deeper than <see cref="CborLimits.DepthMax"/>.</summary>
    TooDeep,

    /// <summary>More than <see cref="CborLimits.ItemsMax"/> items in one array or map.</summary>
    TooManyItems,

    /// <summary>Bytes after the one item a block holds.</summary>
    TrailingBytes,
}

/// <summary>The one place where a CBOR error becomes words.</summary>
public static class CborErrorText
{
    public static string Describe(this CborError error) => error switch
    {
        CborError.UnexpectedEnd => "ends inside an item",
        CborError.LengthBeyondInput => "claims more bytes or items than there are",
        CborError.NotShortestForm => "a number is not in its shortest form",
        CborError.IndefiniteOrReserved => "indefinite length or reserved value",
        CborError.WrongType => "another type than expected",
        CborError.IntegerOutOfRange => "an integer out of range",
        CborError.KeyNotText => "a map key that is not text",
        CborError.KeysUnsorted => "map keys out of order",
        CborError.KeyDuplicate => "a map key twice",
        CborError.KeyUnexpected => "a map key that does not belong there",
        CborError.TagUnknown => "a tag other than 42",
        CborError.LinkMalformed => "a link that holds no CID",
        CborError.LinkNotBlessed => "a link that is not dag-cbor with SHA-256",
        CborError.FloatNotAllowed => "a floating-point number",
        CborError.FloatNotFinite => "a number that is not finite",
        CborError.SimpleNotAllowed => "a simple value other than false, true and null",
        CborError.TextNotUtf8 => "text that is not UTF-8",
        CborError.TooDeep => $"nested deeper than {CborLimits.DepthMax} levels",
        CborError.TooManyItems => $"more than {CborLimits.ItemsMax:N0} items in one container",
        CborError.TrailingBytes => "bytes after the item",
        _ => throw new UnreachableException($"{error} has no words"),
    };
}
