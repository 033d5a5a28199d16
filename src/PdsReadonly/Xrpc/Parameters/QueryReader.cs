namespace PdsReadonly.Xrpc.Parameters;

/// <summary>
/// Walks the pairs of a query in their order and decodes them. A pair without a value is passed
/// over: empty means absent.
/// </summary>
internal ref struct QueryReader
{
    private readonly Span<byte> _scratch;
    private readonly bool _keeps;
    private ReadOnlySpan<byte> _rest;
    private int _used;

    /// <param name="query">The raw query.</param>
    /// <param name="scratch">Room for decoded pairs; may be empty when the query is plain.</param>
    /// <param name="keeps">
    /// Whether decoded pairs stay valid to the end of the walk, or only until the next pair.
    /// </param>
    internal QueryReader(ReadOnlySpan<byte> query, Span<byte> scratch, bool keeps)
    {
        _rest = query;
        _scratch = scratch;
        _keeps = keeps;
    }

    internal ReadOnlySpan<byte> Name { get; private set; }

    internal ReadOnlySpan<byte> Value { get; private set; }

    internal bool Read()
    {
        if (!_keeps) _used = 0;
        while (!_rest.IsEmpty)
        {
            int end = _rest.IndexOf((byte)'&');
            var pair = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];

            int equals = pair.IndexOf((byte)'=');
            if (equals < 0 || equals == pair.Length - 1) continue;
            Name = Decode(pair[..equals]);
            Value = Decode(pair[(equals + 1)..]);
            return true;
        }

        return false;
    }

    private ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> text)
    {
        var decoded = UrlEncoded.Decode(text, _scratch[_used..], out int used);
        _used += used;
        return decoded;
    }
}
