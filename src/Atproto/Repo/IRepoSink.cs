namespace Atproto.Repo;

/// <summary>
/// Takes what the walk of a repo finds, in the order of a canonical export: the commit, then node
/// before entries, every block once. Spans are valid during the call only.
/// </summary>
public interface IRepoSink : IBlobReferenceSink
{
    /// <summary>
    /// A block of the tree: its number from 0, what its digest begins with, where it lies.
    /// </summary>
    void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place);

    /// <summary>
    /// A record, in key order; the block may have come earlier, where another path has it too.
    /// Blobs it references are told right before. Without a JSON form it is bytes and no more.
    /// </summary>
    void OnRecord(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm);
}
