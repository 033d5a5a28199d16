namespace PdsReadonly.Upstream;

/// <summary>A body that is read as a whole, and stays until this is disposed of.</summary>
/// <param name="bytesMax">A body that is larger is dropped.</param>
/// <param name="memory">Where it is counted, if it is; without room no more is wanted.</param>
internal sealed class WholeBody(int bytesMax, RoomShare? memory = null) : IBodySink, IDisposable
{
    private readonly MeteredBuffer _bytes = new(memory, bytesMax);

    public long BytesMax => bytesMax;

    /// <summary>What came so far.</summary>
    internal ReadOnlyMemory<byte> Bytes => _bytes.Bytes;

    public void Begin() => _bytes.Clear();

    public bool Take(ReadOnlySpan<byte> piece) => _bytes.TryAppend(piece);

    public void Dispose() => _bytes.Dispose();
}
