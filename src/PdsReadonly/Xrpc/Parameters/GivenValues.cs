namespace PdsReadonly.Xrpc.Parameters;

/// <summary>
/// What the query holds for one declared parameter: how many values, and the first two of them,
/// which is as many as a refusal prints.
/// </summary>
internal ref struct GivenValues
{
    internal int Count { get; private set; }

    internal ReadOnlySpan<byte> First { get; private set; }

    internal ReadOnlySpan<byte> Second { get; private set; }

    internal void Add(ReadOnlySpan<byte> value)
    {
        if (Count == 0) First = value;
        if (Count == 1) Second = value;
        Count++;
    }
}
