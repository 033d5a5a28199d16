using System.Buffers;
using Atproto.Cbor;
using Atproto.Multiformats;

namespace Atproto.Repo;

/// <summary>
/// The canonical bytes of a version 3 commit (https://atproto.com/specs/repository#commit-objects):
/// without its signature, which is what gets signed, and with it, which is what gets hashed.
/// </summary>
public static class CommitEncoder
{
    /// <summary>r and s, 32 bytes each.</summary>
    public const int SignatureBytes = 64;

    private const int Version = 3;

    /// <summary>The five keys that are signed. A default <paramref name="prev"/> is null.</summary>
    public static void WriteUnsigned(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> did,
        ReadOnlySpan<byte> rev,
        in Cid data,
        in Cid prev = default) => Write(output, did, rev, default, data, prev);

    /// <summary>All six keys: the commit's block.</summary>
    public static void WriteSigned(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> did,
        ReadOnlySpan<byte> rev,
        ReadOnlySpan<byte> signature,
        in Cid data,
        in Cid prev = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature.Length, SignatureBytes);
        Write(output, did, rev, signature, data, prev);
    }

    private static void Write(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> did,
        ReadOnlySpan<byte> rev,
        ReadOnlySpan<byte> signature,
        in Cid data,
        in Cid prev)
    {
        var cbor = new CborWriter(output);
        cbor.WriteMap(signature.IsEmpty ? 5 : 6);
        cbor.WriteText("did"u8);
        cbor.WriteText(did);
        cbor.WriteText("rev"u8);
        cbor.WriteText(rev);
        if (!signature.IsEmpty)
        {
            cbor.WriteText("sig"u8);
            cbor.WriteBytes(signature);
        }

        cbor.WriteText("data"u8);
        cbor.WriteLink(data);
        // Present even when it is null: a commit without the key is another commit.
        cbor.WriteText("prev"u8);
        cbor.WriteLinkOrNull(prev);
        cbor.WriteText("version"u8);
        cbor.WriteInteger(Version);
    }
}
