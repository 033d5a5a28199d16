using System.Text;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;

namespace PdsReadonly.Xrpc;

/// <summary>
/// The end of describeRepo's answer, made while it is sent: the names of collections, of which a
/// repo may have many, between what stands before and after them.
/// </summary>
internal sealed class CollectionListBody : IBodySource
{
    /// <summary>Read at once.</summary>
    internal const int PageMax = 200;

    // With quotes and comma.
    private const int NameBytesMax = 320;

    private readonly RepoPool.Lease _lease;
    private readonly byte[] _after;
    private readonly byte[] _before;
    private int _beforeSent;
    private string _last = "";
    private bool _isEnd;

    /// <param name="lease">Given back when the body is disposed.</param>
    /// <param name="before">What stands before the first name.</param>
    /// <param name="after">What stands after the last name; at most some KB.</param>
    internal CollectionListBody(RepoPool.Lease lease, byte[] before, byte[] after)
    {
        _lease = lease;
        _before = before;
        _after = after;
    }

    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        written = Math.Min(buffer.Length, _before.Length - _beforeSent);
        _before.AsSpan(_beforeSent, written).CopyTo(buffer);
        _beforeSent += written;
        if (_beforeSent < _before.Length) return BodyStatus.More;
        while (!_isEnd)
        {
            if (buffer.Length - written < PageMax * NameBytesMax) return BodyStatus.More;
            if (!turn.TryTake(PageMax * Turn.RowCost))
            {
                return written > 0 ? BodyStatus.More : BodyStatus.Blocked;
            }

            var page = _lease.Reader.Index.ListCollections(_last, PageMax);
            foreach (string name in page)
            {
                if (_last.Length > 0) buffer[written++] = (byte)',';
                buffer[written++] = (byte)'"';
                written += Encoding.ASCII.GetBytes(name, buffer[written..]);
                buffer[written++] = (byte)'"';
                _last = name;
            }

            _isEnd = page.Count < PageMax;
        }

        if (buffer.Length - written < _after.Length) return BodyStatus.More;
        _after.CopyTo(buffer[written..]);
        written += _after.Length;
        return BodyStatus.End;
    }

    public void Dispose() => _lease.Dispose();
}
