using Atproto.Syntax;

namespace PdsReadonly.Xrpc.Parameters;

/// <summary>
/// A repeated parameter, each item checked, in the order of the URL. The items are not stored:
/// walking the list walks the query again, and an item is valid until the next one is asked for.
/// </summary>
internal readonly ref struct Utf8List<T>
    where T : ISyntax<T>
{
    private readonly ReadOnlySpan<byte> _query;
    private readonly ReadOnlySpan<byte> _name;
    private readonly Span<byte> _scratch;

    internal Utf8List(
        ReadOnlySpan<byte> query, ReadOnlySpan<byte> name, Span<byte> scratch, int count)
    {
        _query = query;
        _name = name;
        _scratch = scratch;
        Count = count;
    }

    /// <summary>Repetitions included; zero when the parameter is absent.</summary>
    public int Count { get; }

    public Enumerator GetEnumerator() =>
        new(new QueryReader(_query, _scratch, keeps: false), _name);

    internal ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _name;
        private QueryReader _reader;

        internal Enumerator(QueryReader reader, ReadOnlySpan<byte> name)
        {
            _reader = reader;
            _name = name;
        }

        public Utf8<T> Current { get; private set; }

        /// <summary>
        /// The item's text; an item that is not a <typeparamref name="T"/> ends the walk.
        /// </summary>
        internal ReadOnlySpan<byte> Text => _reader.Value;

        /// <summary>Whether the walk ended at an item of the wrong syntax.</summary>
        internal bool Failed { get; private set; }

        public bool MoveNext()
        {
            while (_reader.Read())
            {
                if (!_reader.Name.SequenceEqual(_name)) continue;
                bool valid = Utf8<T>.TryParse(_reader.Value, out var item);
                Current = item;
                Failed = !valid;
                return valid;
            }

            return false;
        }
    }
}
