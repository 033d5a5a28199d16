namespace Atproto.Repo;

/// <summary>The bytes of a CAR, wherever they lie; read at any offset.</summary>
public interface ICarSource
{
    /// <summary>Bytes in all, as seen when it was opened.</summary>
    long Length { get; }

    /// <summary>
    /// Reads up to the buffer's length; 0 only at the end. Throws IOException where reading fails.
    /// </summary>
    int Read(long offset, Span<byte> buffer);
}
