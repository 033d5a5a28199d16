namespace Atproto.Multiformats;

/// <summary>The two content types atproto blesses (multicodec).</summary>
public enum CidCodec : byte
{
    /// <summary>Blobs: the bytes are what they are.</summary>
    Raw = 0x55,

    /// <summary>Commits, MST nodes and records.</summary>
    DagCbor = 0x71,
}
