namespace Atproto.Repo;

/// <summary>Room on disk for tree nodes that do not fit the memory allowed.</summary>
public interface ISpillFile
{
    /// <summary>Appends. Throws IOException when there is no room.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Fills the buffer from what was appended.</summary>
    void Read(long offset, Span<byte> buffer);

    /// <summary>Forgets everything.</summary>
    void Clear();
}

/// <summary>
/// What was to be put aside could not be: nothing is known of the file that was being read.
/// </summary>
public sealed class SpillFailedException(string message, IOException cause)
    : IOException(message, cause);
