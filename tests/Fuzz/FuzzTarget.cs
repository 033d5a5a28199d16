using Samples;

namespace Fuzz;

/// <summary>
/// One reader under mutated input. It must not throw, whatever it is given; what it promises beyond
/// that, <see cref="Run"/> asserts.
/// </summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>Good inputs, from which bad ones are made.</summary>
    internal abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Part of all cases that this target gets; slow readers get less.</summary>
    internal virtual int Share => 10;

    /// <summary>Bytes that one case may allocate, beside those for each byte of input.</summary>
    internal virtual long AllocatedBytesMax => 256 << 10;

    /// <summary>Bytes that one case may allocate for each byte of its input.</summary>
    internal virtual int AllocatedPerByteMax => 64;

    /// <summary>The input of one case. The same random numbers give the same input.</summary>
    internal virtual byte[] Make(SampleRandom random) => Mutation.Of(Seeds, random);

    internal abstract void Run(byte[] input);

    public virtual void Dispose()
    {
    }
}
