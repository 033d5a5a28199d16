namespace PdsReadonly.Index;

/// <summary>DIDs in ascending order, one after the other.</summary>
internal interface IDidCursor
{
    /// <summary>Valid until the next one is read.</summary>
    ReadOnlySpan<byte> Current { get; }

    /// <summary>Goes to the next one; false behind the last.</summary>
    bool Read();
}
