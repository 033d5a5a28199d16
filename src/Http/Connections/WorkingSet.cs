using Http.Messages;
using Http.Work;

namespace Http.Connections;

/// <summary>
/// What a connection needs only while something happens on it: buffers, the parsed head, the two
/// objects a handler sees. Idle connections have none, so thousands of them cost little.
/// </summary>
internal sealed class WorkingSet
{
    // The parsed head with its table, request, response and its header lines.
    private const int OtherBytes = 4 * 1024;

    internal WorkingSet(HttpLimits limits)
    {
        Head = new RequestHead(limits);
        Head.Reset();
        Request = new HttpRequest(this);
        Response = new HttpResponse(this);
    }

    internal RequestHead Head { get; }

    internal ReceiveBuffer Input { get; } = new();

    internal OutputBuffer Output { get; } = new();

    internal Turn Turn { get; } = new();

    internal HttpRequest Request { get; }

    internal HttpResponse Response { get; }

    /// <summary>What it costs to keep: its buffers, and some for the rest.</summary>
    internal int HeldBytes => OtherBytes + Input.Capacity + Output.Capacity;

    internal void Shrink()
    {
        Head.Reset();
        Input.Shrink();
        Output.Shrink();
        Response.Clear();
    }

    internal void Release()
    {
        Input.Release();
        Output.Release();
    }
}

/// <summary>
/// Keeps a few working sets, with their small buffers, for whoever needs one next.
/// </summary>
internal sealed class WorkingSetPool
{
    private const int KeptMax = 64;

    private readonly Lock _lock = new();
    private readonly WorkingSet?[] _kept = new WorkingSet?[KeptMax];
    private int _count;

    internal WorkingSet Rent(HttpLimits limits)
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                var set = _kept[--_count]!;
                _kept[_count] = null;
                return set;
            }
        }

        return new WorkingSet(limits);
    }

    internal void Return(WorkingSet set)
    {
        set.Shrink();
        lock (_lock)
        {
            if (_count < KeptMax)
            {
                _kept[_count++] = set;
                return;
            }
        }

        set.Release();
    }
}
