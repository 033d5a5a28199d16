using Http.Connections;
using Http.Work;

namespace Http.Tests.Support;

/// <summary>A source that makes the pieces it was given, and counts what is done with it.</summary>
internal sealed class ScriptedSource(BodyStatus last, params int[] pieces) : IBodySource
{
    private int _next;

    internal int ReadCount { get; private set; }

    internal int DisposeCount { get; private set; }

    internal int SmallestBuffer { get; private set; } = int.MaxValue;

    /// <summary>Thrown instead of the last piece.</summary>
    internal Exception? Failure { get; init; }

    /// <summary>What it has lies on a disk, always.</summary>
    internal bool NeedsToWait { get; init; }

    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        written = 0;
        if (NeedsToWait && !turn.MayBlock) return BodyStatus.Blocked;
        ReadCount++;
        SmallestBuffer = Math.Min(SmallestBuffer, buffer.Length);
        bool isLast = _next >= pieces.Length - 1;
        if (isLast && Failure is not null) throw Failure;
        written = _next < pieces.Length ? pieces[_next] : 0;
        buffer[..Math.Min(written, buffer.Length)].Fill((byte)('a' + (_next % 26)));
        _next++;
        return isLast ? last : BodyStatus.More;
    }

    public void Dispose() => DisposeCount++;
}
