using Http.Work;
using Microsoft.Data.Sqlite;
using PdsReadonly.Catalog;

namespace PdsReadonly.Archive;

/// <summary>
/// Lends open repos and keeps the ones used last, however many repos there are. Each costs two file
/// descriptors and some tens of KB; past the limit the one unused for longest is closed. A repo
/// asked for by several threads at once is opened once for each.
/// </summary>
/// <param name="openMax">Repos open at once, lent and idle: two file descriptors each.</param>
/// <param name="onDamaged">Hears of repos whose CAR or index is not what it was.</param>
internal sealed class RepoPool(int openMax, Action<RepoEntry> onDamaged) : IDisposable
{
    // Of one repo: more than a few threads do not ask for it at once, but for long answers, whose
    // readers are closed when they come back.
    private const int IdleOfOneRepoMax = 8;

    private readonly Lock _gate = new();

    // Idle readers, the one used last at the end; and where each repo's are in it.
    private readonly LinkedList<RepoReader> _idle = [];
    private readonly Dictionary<string, List<LinkedListNode<RepoReader>>> _byIndex = [];
    private int _lent;

    /// <summary>
    /// Takes an open repo, or opens it. False, with the reason for the log, when it cannot be
    /// opened or too many are open already; <paramref name="forLong"/> tells that it is kept while
    /// a client takes a body, for which half of all may be used, so that slow ones leave room for
    /// the others, and never the last one of a repo that is open: short answers need not wait for
    /// another to be opened. In a <paramref name="turn"/> that may not wait, none is opened: false,
    /// and no reason.
    /// </summary>
    internal bool TryRent(
        RepoEntry entry, bool forLong, out Lease lease, out string? reason, Turn? turn = null)
    {
        turn ??= Turn.Unbounded();
        lease = default;
        reason = null;
        lock (_gate)
        {
            if (forLong && _lent >= openMax / 2)
            {
                reason = $"{_lent} repos are being read, which leaves none for a long answer";
                return false;
            }

            if (_byIndex.TryGetValue(entry.IndexPath, out var nodes)
                && nodes.Count > (forLong ? 1 : 0))
            {
                var node = nodes[^1];
                Remove(node);
                _lent++;
                node.Value.BeginLoan(turn);
                lease = new Lease(this, node.Value);
                return true;
            }

            if (!turn.MayBlock) return false;

            if (_lent >= openMax)
            {
                reason = $"{_lent} repos are open, which is the limit";
                return false;
            }

            _lent++;
        }

        var reader = TryOpen(entry, out reason);
        if (reader is null)
        {
            lock (_gate) _lent--;
            return false;
        }

        reader.BeginLoan(turn);
        lease = new Lease(this, reader);
        return true;
    }

    /// <summary>Whether no more repos can be lent at the moment.</summary>
    internal bool IsFull
    {
        get
        {
            lock (_gate) return _lent >= openMax;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var reader in _idle) reader.Dispose();
            _idle.Clear();
            _byIndex.Clear();
        }
    }

    private RepoReader? TryOpen(RepoEntry entry, out string? reason)
    {
        try
        {
            // The one about to be opened is counted as lent already.
            CloseIdle(openMax);
            reason = null;
            return RepoReader.Open(entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or SqliteException or InvalidDataException)
        {
            reason = $"{entry.Did} cannot be opened: {e.Message}";
            if (!IsShortage(e, entry)) onDamaged(entry);
            return null;
        }
    }

    // Out of descriptors: nothing is wrong with the repo. SQLite does not say so, but the file is
    // there.
    private static bool IsShortage(Exception e, RepoEntry entry) => e switch
    {
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_CANTOPEN } =>
            File.Exists(entry.IndexPath),
        _ => DescriptorBudget.IsShortage(e),
    };

    private void Return(RepoReader reader)
    {
        if (reader.IsStale)
        {
            lock (_gate) _lent--;
            onDamaged(reader.Entry);
            reader.Dispose();
            return;
        }

        reader.Trim();
        bool isKept;
        lock (_gate)
        {
            _lent--;
            if (!_byIndex.TryGetValue(reader.Entry.IndexPath, out var nodes))
            {
                _byIndex.Add(reader.Entry.IndexPath, nodes = []);
            }

            isKept = nodes.Count < IdleOfOneRepoMax;
            if (isKept) nodes.Add(_idle.AddLast(reader));
        }

        if (isKept) CloseIdle(openMax);
        else reader.Dispose();
    }

    // Until lent and idle ones together are so few, or no idle one is left.
    private void CloseIdle(int openAllowed)
    {
        while (true)
        {
            RepoReader victim;
            lock (_gate)
            {
                if (_idle.First is not { } oldest || _idle.Count + _lent <= openAllowed) return;
                victim = oldest.Value;
                Remove(oldest);
            }

            victim.Dispose();
        }
    }

    private void Remove(LinkedListNode<RepoReader> node)
    {
        _idle.Remove(node);
        string key = node.Value.Entry.IndexPath;
        var nodes = _byIndex[key];
        nodes.Remove(node);
        if (nodes.Count == 0) _byIndex.Remove(key);
    }

    /// <summary>A reader on loan; disposing gives it back.</summary>
    internal readonly struct Lease(RepoPool pool, RepoReader reader) : IDisposable
    {
        internal RepoReader Reader { get; } = reader;

        public void Dispose() => pool?.Return(Reader);
    }
}
