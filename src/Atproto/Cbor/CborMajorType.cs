namespace Atproto.Cbor;

/// <summary>The top three bits of an item's first byte (RFC 8949 §3.1).</summary>
public enum CborMajorType : byte
{
    Unsigned = 0,
    Negative = 1,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
    Tag = 6,
    Simple = 7,
}
