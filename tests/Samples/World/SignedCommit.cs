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
        byte[] didBytes = Encoding.UTF8.GetBytes(did);
        byte[] revBytes = Encoding.UTF8.GetBytes(rev);
        var output = new ArrayBufferWriter<byte>();
        CommitEncoder.WriteUnsigned(output, didBytes, revBytes, data);
        byte[] signature = key?.SignQuickly(output.WrittenSpan)
            ?? new byte[CommitEncoder.SignatureBytes];
        output.ResetWrittenCount();
        CommitEncoder.WriteSigned(output, didBytes, revBytes, signature, data);
        return SampleBlock.Of(output.WrittenSpan.ToArray());
    }
}
