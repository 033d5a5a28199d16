using Http.Work;

namespace Http.Connections;

/// <summary>What a body source says after it was asked for more bytes.</summary>
public enum BodyStatus
{
    /// <summary>There is more to come.</summary>
    More,

    /// <summary>The bytes just written were the last.</summary>
    End,

    /// <summary>
    /// Nothing could be written in this turn, which may not wait for a disk or is over: to be asked
    /// again in one that may.
    /// </summary>
    Blocked,

    /// <summary>The body cannot be finished: the connection is cut, never ended cleanly.</summary>
    Failed,
}

/// <summary>
/// A response body made while it is sent: asked for the next piece only when the socket can take
/// it, so a slow client costs no memory. Disposed exactly once, when the body ended, failed or was
/// cut off.
/// </summary>
public interface IBodySource : IDisposable
{
    /// <summary>
    /// Writes the next bytes into <paramref name="buffer"/> (at least 64 KiB long).
    /// </summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="turn">
    /// What the bytes cost is taken from it. What it does not grant, and on a thread that serves
    /// other connections too what is not in memory, is answered with
    /// <see cref="BodyStatus.Blocked"/>.
    /// </param>
    /// <param name="written">How many bytes were written.</param>
    /// <remarks>
    /// With <see cref="BodyStatus.More"/> at least one byte has to be written, or the source counts
    /// as failed; with <see cref="BodyStatus.End"/> there may be none. What it throws is logged and
    /// taken as <see cref="BodyStatus.Failed"/>.
    /// </remarks>
    BodyStatus Read(Span<byte> buffer, Turn turn, out int written);
}
