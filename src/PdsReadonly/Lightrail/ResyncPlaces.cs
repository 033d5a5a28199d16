namespace PdsReadonly.Lightrail;

/// <summary>What a resync waits for first: each kind has places of its own.</summary>
internal enum PlaceKind
{
    /// <summary>The PLC directory's document of an account.</summary>
    Directory,

    /// <summary>The document of a did:web, at a domain that was not asked before.</summary>
    Document,

    /// <summary>The same, at a domain that did not answer.</summary>
    DocumentAgain,

    /// <summary>A host that never answered, or not the last time.</summary>
    NewHost,

    /// <summary>A host that answered the last time.</summary>
    Host,
}

/// <summary>
/// Who may ask other hosts now. Hosts that are silent or slow, on purpose or not, must not keep the
/// others out, and which they are shows only later. So a place is for a moment: what takes
/// longer goes on beside the places, and when there are too many of these the one that began first
/// is given up, to be tried again later. Hosts that never answered have only a part of the places.
/// </summary>
/// <remarks>For any thread.</remarks>
internal sealed class ResyncPlaces(int walksMax, TimeProvider time)
{
    /// <summary>What takes longer is slow.</summary>
    internal static readonly TimeSpan MomentMax = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A host that answered is given up only if no more than this comes, for long enough: many keep
    /// a pace, and where our own line is slow they wait for one another.
    /// </summary>
    internal const int BytesPerSecondMin = 256;

    private static readonly TimeSpan s_stalledAfter = TimeSpan.FromSeconds(5);

    private const int LookUpsMax = 16;
    private const int LookUpsAgainMax = 8;

    // Slow ones for each place. A walk has memory of its own (WalkRoom.OwnBytes), a look-up little.
    private const int SlowWalksPerPlace = 1;
    private const int SlowLookUpsPerPlace = 4;

    private readonly Lock _gate = new();
    // In the order of their beginning.
    private readonly List<ResyncPlace> _taken = [];

    /// <summary>Null when all places of the kind are taken.</summary>
    /// <param name="kind">What is waited for.</param>
    /// <param name="queue">The number of the queue that it comes from.</param>
    /// <param name="queueMax">Places that its queue may have at once.</param>
    internal ResyncPlace? TryEnter(PlaceKind kind, long queue, int queueMax)
    {
        lock (_gate)
        {
            int ofQueue = _taken.Count(each => each.Queue == queue && !each.IsSlowLookUp);
            if (ofQueue >= queueMax || Count(kind, isSlow: false) >= MaxOf(kind)) return null;
            bool isWalk = kind is PlaceKind.Host or PlaceKind.NewHost;
            int walks = Count(PlaceKind.Host, isSlow: false)
                + Count(PlaceKind.NewHost, isSlow: false);
            if (isWalk && walks >= walksMax) return null;
            var place = new ResyncPlace(kind, queue, time);
            _taken.Add(place);
            return place;
        }
    }

    internal void Leave(ResyncPlace place)
    {
        lock (_gate) _taken.Remove(place);
        place.Dispose();
    }

    /// <summary>
    /// Moves aside what has had its moment; gives up the oldest where there are too many.
    /// </summary>
    internal void MoveSlowAside()
    {
        // Ended outside: what waits for that may come here at once.
        foreach (var place in FindGivenUp()) place.End();
    }

    private List<ResyncPlace> FindGivenUp()
    {
        var givenUp = new List<ResyncPlace>();
        lock (_gate)
        {
            foreach (var place in _taken.Where(each => !each.IsSlow && each.Age >= MomentMax))
            {
                int slowMax = SlowMaxOf(place.Kind);
                if (slowMax == 0) continue;
                if (Count(place.Kind, isSlow: true) >= slowMax)
                {
                    if (FindWorst(place.Kind) is not { } worst) continue;
                    worst.IsGivenUp = true;
                    givenUp.Add(worst);
                }

                place.IsSlow = true;
            }
        }

        return givenUp;
    }

    // Those that were never heard of have the same time all. Of hosts that answered one from which
    // next to nothing comes, if there is one.
    private ResyncPlace? FindWorst(PlaceKind kind) => _taken.FirstOrDefault(
        each => each.Kind == kind && each.IsSlow && !each.IsGivenUp
            && (kind != PlaceKind.Host || IsStalled(each)));

    private static bool IsStalled(ResyncPlace place) =>
        place.Age >= s_stalledAfter && place.BytesPerSecond < BytesPerSecondMin;

    // Those given up are on their way out.
    private int Count(PlaceKind kind, bool isSlow) => _taken.Count(
        each => each.Kind == kind && each.IsSlow == isSlow && !each.IsGivenUp);

    private int MaxOf(PlaceKind kind) => kind switch
    {
        PlaceKind.Directory or PlaceKind.Document => LookUpsMax,
        PlaceKind.DocumentAgain => LookUpsAgainMax,
        PlaceKind.NewHost => Math.Max(1, walksMax / 2),
        _ => walksMax,
    };

    // All who wait for the directory wait for the same: more at once would be of no use.
    private int SlowMaxOf(PlaceKind kind) => kind switch
    {
        PlaceKind.Directory => 0,
        PlaceKind.Document or PlaceKind.DocumentAgain => SlowLookUpsPerPlace * MaxOf(kind),
        _ => SlowWalksPerPlace * MaxOf(kind),
    };
}

/// <summary>The place of one resync, and what came of it so far.</summary>
internal sealed class ResyncPlace(PlaceKind kind, long queue, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly long _since = time.GetTimestamp();
    private long _bytes;

    internal PlaceKind Kind => kind;

    internal long Queue => queue;

    /// <summary>Whether it goes on beside the places.</summary>
    internal bool IsSlow { get; set; }

    /// <summary>Whether it has to end, since there are too many.</summary>
    internal bool IsGivenUp { get; set; }

    /// <summary>Set when it has to end.</summary>
    internal CancellationToken Ended => _end.Token;

    /// <summary>The host that is asked for the repo; null while the account is looked up.</summary>
    internal RemoteHost? Host { get; set; }

    /// <summary>Whether it is the account's domain, and not the host, that takes long.</summary>
    internal bool IsSlowLookUp => IsSlow && Host is null;

    internal TimeSpan Age => time.GetElapsedTime(_since);

    internal double BytesPerSecond =>
        Interlocked.Read(ref _bytes) / Math.Max(1, Age.TotalSeconds);

    /// <summary>Bytes came.</summary>
    internal void Add(int bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void End()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has come to its end by itself.
        }
    }

    public void Dispose() => _end.Dispose();
}
