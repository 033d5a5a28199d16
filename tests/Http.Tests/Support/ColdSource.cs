using Http.Connections;
using Http.Work;

namespace Http.Tests.Support;

/// <summary>A source whose every second piece lies on a disk that waits for an event.</summary>
internal sealed class ColdSource(ManualResetEventSlim disk) : IBodySource
{
    private const int Pieces = 20;
    private int _next;

    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        written = 0;
        bool isCold = _next % 2 == 0;
        if (isCold && !turn.MayBlock) return BodyStatus.Blocked;
        if (isCold) disk.Wait(TimeSpan.FromMinutes(1));
        buffer.Fill((byte)'c');
        written = buffer.Length;
        return ++_next == Pieces ? BodyStatus.End : BodyStatus.More;
    }

    public void Dispose()
    {
    }
}
