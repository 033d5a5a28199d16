namespace PdsReadonly.Upstream;

/// <summary>Takes a body while it arrives, so that it need not fit in memory.</summary>
internal interface IBodySink
{
    /// <summary>A body that is larger is dropped.</summary>
    long BytesMax { get; }

    /// <summary>A body begins, maybe anew: what came of one before was cut off.</summary>
    void Begin();

    /// <summary>False when no more of it is wanted.</summary>
    bool Take(ReadOnlySpan<byte> piece);
}
