using Http.Connections;
using Http.Work;

namespace Http.Tests.Support;

/// <summary>A source that never ends by itself.</summary>
internal sealed class EndlessSource : IBodySource
{
    private readonly TaskCompletionSource _disposed = new();

    internal Task Disposed => _disposed.Task;

    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        buffer.Fill((byte)'e');
        written = buffer.Length;
        return BodyStatus.More;
    }

    // Throws when it is called twice.
    public void Dispose() => _disposed.SetResult();
}
