using System.Text;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc;

/// <summary>Several ascending lists of DIDs as one, each DID once.</summary>
internal sealed class DidMerge
{
    // Those that stand at a DID.
    private readonly List<IDidCursor> _cursors = [];
    private byte[] _current = [];

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

/// <summary>DIDs that are held as text.</summary>
internal sealed class DidList(List<string> dids) : IDidCursor
{
    private int _next;
    private byte[] _current = [];

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Current => _current;

    /// <inheritdoc/>
    public bool Read()
    {
        if (_next == dids.Count) return false;
        _current = Encoding.ASCII.GetBytes(dids[_next++]);
        return true;
    }
}
