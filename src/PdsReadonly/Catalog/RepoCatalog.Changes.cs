using System.Text;
using Atproto.Syntax;

namespace PdsReadonly.Catalog;

// What changes the catalog, and who is told.
internal sealed partial class RepoCatalog
{
    // Bounds how long one transaction holds the gate.
    private const int ToldAtOnce = 100;

    /// <summary>
    /// Serves again what was published in an earlier run from files that are unchanged, and hold
    /// what was published: not another repo, and no fault. One whose index is not there any more is
    /// as new.
    /// </summary>
    internal void Restore(
        string indexFolder, IReadOnlyDictionary<string, SourceRecord> unchanged,
        Predicate<RepoEntry> isThere)
    {
        lock (_database.Gate)
        {
            using var rows =
                _database.Command(SelectRepos + " ORDER BY first_seen").ExecuteReader();
            while (rows.Read())
            {
                // Compared as they are stored: the rows of files that are gone are not parsed.
                bool holdsIt = unchanged.TryGetValue(rows.GetString(3), out var source)
                    && source.Fault is null && source.Did == rows.GetString(0)
                    && source.Head == rows.GetString(5);
                if (holdsIt && ReadEntry(rows, indexFolder) is { } entry && isThere(entry))
                {
                    Show(entry);
                }
            }
        }
    }

    /// <summary>
    /// Tells of what was restored and is not known to others as it is. After most starts that is
    /// nothing, after some it is everything: so the gate is let go in between, and no CAR is read
    /// under it.
    /// </summary>
    internal void TellRestored(CancellationToken stop)
    {
        if (_announcer is null) return;
        foreach (var some in FindUntold(_announcer).Chunk(ToldAtOnce))
        {
            if (stop.IsCancellationRequested) return;
            var heads = Array.ConvertAll(some, _announcer.ReadHead);
            lock (_database.Gate)
            {
                Change(() =>
                {
                    for (int i = 0; i < some.Length; i++)
                    {
                        // One that was published in the meantime has been told.
                        if (IsShown(some[i])) _announcer.Show(some[i], heads[i]);
                    }
                });
                _announcer.Commit();
            }

            _announcer.Wake();
        }
    }

    /// <summary>
    /// Everything given was read: repos of earlier runs that no file holds now are told to be gone.
    /// </summary>
    internal void HideAbsent()
    {
        if (_announcer is null) return;
        lock (_database.Gate)
        {
            Change(() => _announcer.HideAllBut(did => _byDid.ContainsKey(KeyOf(did))));
            _announcer.Commit();
        }

        _announcer.Wake();
    }

    /// <summary>
    /// Makes a verified head the one that is served, or says why not. In one transaction with what
    /// is stored about its file and with what is told of it; requests see the old entry or the new
    /// one.
    /// </summary>
    internal PublishVerdict Publish(RepoHead head, out RepoEntry? replaced)
    {
        lock (_database.Gate)
        {
            replaced = _byDid.GetValueOrDefault(KeyOf(head.Did.ToString()));
            var verdict = Judge(head, replaced);
            if (verdict != PublishVerdict.Published)
            {
                // Nothing is wrong with the file itself: should the other one go, this one is
                // served.
                WriteSource(head.Source);
                return verdict;
            }

            var entry = EntryOf(head);
            var other = OtherOf(head);
            Change(() =>
            {
                WriteRepo(entry, head);
                WriteCollections(head);
                WriteSource(head.Source);
                if (other is not null) _announcer?.Hide(other.Did);
                _announcer?.Show(entry, head.Content);
            });
            if (other is not null) Forget(other);
            Show(entry);
            _announcer?.Commit();
        }

        _announcer?.Wake();
        return PublishVerdict.Published;
    }

    /// <summary>
    /// Sets whether a repo is shown, now and after a restart; one that is not here yet gets the
    /// status when it comes.
    /// </summary>
    internal void SetStatus(Did did, HostingStatus status)
    {
        lock (_database.Gate)
        {
            var entry = _byDid.GetValueOrDefault(KeyOf(did.ToString()));
            if (entry is not null) entry = entry with { Status = status };
            Change(() =>
            {
                _database.Execute(
                    "INSERT OR REPLACE INTO status VALUES(?1, ?2)", did.ToString(),
                    status.ToString());
                if (entry is not null) _announcer?.Show(entry, content: null);
                else _announcer?.SetStatus(did, status);
            });
            if (entry is not null) Show(entry);
            _announcer?.Commit();
        }

        _announcer?.Wake();
    }

    private List<RepoEntry> FindUntold(IAnnouncer announcer)
    {
        var untold = new List<RepoEntry>();
        lock (_database.Gate)
        {
            foreach (string did in announcer.FindUntold())
            {
                if (_byDid.TryGetValue(KeyOf(did), out var entry)) untold.Add(entry);
            }
        }

        untold.Sort((one, other) => one.FirstSeen.CompareTo(other.FirstSeen));
        return untold;
    }

    private bool IsShown(RepoEntry entry) =>
        ReferenceEquals(_byDid.GetValueOrDefault(KeyOf(entry.Did.ToString())), entry);

    private void Change(Action change)
    {
        try
        {
            _database.InTransaction(change);
        }
        catch
        {
            _announcer?.Abandon();
            throw;
        }
    }

    private PublishVerdict Judge(RepoHead head, RepoEntry? current)
    {
        bool fromSameFile = current is not null && current.SourcePath == head.Source.Path;
        if (current is null || fromSameFile) return PublishVerdict.Published;
        if (head.Rev == current.Rev)
        {
            return head.Head == current.Head ? PublishVerdict.SameHead : PublishVerdict.RevConflict;
        }

        // A rev that the clock does not allow yet wins against nothing, whichever came first.
        var now = _time.GetUtcNow();
        bool isInFuture = RevClock.IsInFuture(head.Rev, now);
        if (isInFuture != RevClock.IsInFuture(current.Rev, now))
        {
            return isInFuture ? PublishVerdict.RevInFuture : PublishVerdict.Published;
        }

        return head.Rev < current.Rev ? PublishVerdict.OlderRev : PublishVerdict.Published;
    }

    // A file holds one repo: what was served from it before is gone when it holds another now.
    private RepoEntry? OtherOf(RepoHead head) =>
        _bySource.TryGetValue(head.Source.Path, out var did) && did != head.Did
            ? _byDid.GetValueOrDefault(KeyOf(did.ToString()))
            : null;

    private void Forget(RepoEntry entry)
    {
        if (_byDid.TryRemove(KeyOf(entry.Did.ToString()), out _)) ForgetPlaces(entry);
    }

    private static byte[] KeyOf(string did) => Encoding.ASCII.GetBytes(did);
}
