using System.Runtime.InteropServices;
using Atproto.Repo;

namespace Shared;

/// <summary>A CAR in memory.</summary>
internal sealed class MemoryCar(byte[] bytes) : ICarSource
{
    public long Length => bytes.Length;

    public int Read(long offset, Span<byte> buffer)
    {
        var rest = bytes.AsSpan((int)Math.Min(offset, bytes.Length));
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        return count;
    }
}

/// <summary>A spill file in memory.</summary>
internal sealed class MemorySpill : ISpillFile
{
    private readonly List<byte> _bytes = [];

    public void Append(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void Read(long offset, Span<byte> buffer) =>
        CollectionsMarshal.AsSpan(_bytes).Slice((int)offset, buffer.Length).CopyTo(buffer);

    public void Clear() => _bytes.Clear();
}
