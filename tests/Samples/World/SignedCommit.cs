using System.Buffers;
using System.Text;
using Atproto.Multiformats;
using Atproto.Repo;

namespace Samples.World;

/// <summary>Commits as blocks.</summary>
public static class SignedCommit
{
    /// <summary>Without a key the signature is 64 zeros.</summary>
    public static SampleBlock Make(string did, string rev, SampleKey? key, in Cid data)
    {
        if (key is not null) return SampleBlock.Of(PreorderRepo.Sign(did, rev, key, data));
        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteSigned(
            output, Encoding.UTF8.GetBytes(did), Encoding.UTF8.GetBytes(rev),
            new byte[CommitEncoder.SignatureBytes], data);
        return SampleBlock.Of(output.WrittenSpan.ToArray());
    }
}
