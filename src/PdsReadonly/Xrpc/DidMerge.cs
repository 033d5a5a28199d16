using System.Text;
using Http.Work;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc;

/// <summary>Several ascending lists of DIDs as one, each DID once.</summary>
internal sealed class DidMerge
{
    // Those that stand at a DID.
    private readonly List<IDidCursor> _cursors = [];
    private byte[] _current = [];

    /// <summary>What the next DID costs: all lists are looked at.</summary>
    internal int Cost => Turn.RowCost + (_cursors.Count * Turn.RowCost / 4);

    internal void Add(IDidCursor cursor)
    {
        if (cursor.Read()) _cursors.Add(cursor);
    }

    /// <summary>Goes to the next DID; false behind the last.</summary>
    /// <param name="did">Valid until the next one is read.</param>
    internal bool Read(out ReadOnlySpan<byte> did)
    {
        did = default;
        if (_cursors.Count == 0) return false;
        int least = 0;
        for (int i = 1; i < _cursors.Count; i++)
        {
            bool isLess = _cursors[i].Current.SequenceCompareTo(_cursors[least].Current) < 0;
            if (isLess) least = i;
        }

        var next = _cursors[least].Current;
        if (next.Length > _current.Length) _current = new byte[next.Length];
        next.CopyTo(_current);
        did = _current.AsSpan(0, next.Length);
        for (int i = _cursors.Count - 1; i >= 0; i--)
        {
            bool isEnd = _cursors[i].Current.SequenceEqual(did) && !_cursors[i].Read();
            if (isEnd) _cursors.RemoveAt(i);
        }

        return true;
    }
}

/// <summary>
/// DIDs of the catalog, read some at a time: of many lists that are merged, most are hardly begun.
/// </summary>
/// <param name="after">The DID after which it begins; empty for all.</param>
/// <param name="list">Gives so many DIDs after one, fewer only at the end.</param>
/// <param name="turn">What each costs is taken from it.</param>
internal sealed class DidList(string after, Func<string, int, List<string>> list, Turn turn)
    : IDidCursor
{
    private const int PageMax = 100;

    private List<string> _page = [];
    private int _next = PageMax;
    private byte[] _current = [];

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Current => _current;

    /// <inheritdoc/>
    public bool Read()
    {
        if (_next == PageMax)
        {
            _page = list(after, PageMax);
            _next = 0;
            turn.Take((long)_page.Count * Turn.RowCost);
        }

        if (_next == _page.Count) return false;
        after = _page[_next++];
        _current = Encoding.ASCII.GetBytes(after);
        return true;
    }
}
