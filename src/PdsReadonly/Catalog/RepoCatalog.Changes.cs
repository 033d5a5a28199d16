using System.Text;
using Atproto.Syntax;

namespace PdsReadonly.Catalog;

// What changes the catalog, and who is told.
internal sealed partial class RepoCatalog
{
    // Bounds what one transaction at a start may have to say.
    private const int RestoredAtOnce = 500;

    /// <summary>
    /// Serves again what was published in an earlier run from files that are unchanged, and hold
    /// what was published: not another repo, and no fault. Whether an index is whole shows when it
    /// is opened.
    /// </summary>
    internal void Restore(string indexFolder, IReadOnlyDictionary<string, SourceRecord> unchanged)
    {
        lock (_database.Gate)
        {
            var restored = new List<RepoEntry>();
            using (var rows =
                _database.Command(SelectRepos + " ORDER BY first_seen").ExecuteReader())
            {
                while (rows.Read())
                {
                    var entry = ReadEntry(rows, indexFolder);
                    if (entry is null || !unchanged.TryGetValue(entry.SourcePath, out var source))
                    {
                        continue;
                    }
                    bool holdsIt = source.Fault is null && source.Did == entry.Did.ToString()
                        && source.Head == entry.Head.ToString();
                    if (holdsIt) restored.Add(entry);
                }
            }

            foreach (var entry in restored) Show(entry);
            if (_announcer is null) return;
            foreach (var some in restored.Chunk(RestoredAtOnce))
            {
                Change(() => Array.ForEach(some, entry => _announcer.Show(entry, head: null)));
                _announcer.Commit();
            }
        }

        _announcer.Wake();
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
                _announcer?.Show(entry, head);
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
                if (entry is not null) _announcer?.Show(entry, head: null);
                else _announcer?.SetStatus(did, status);
            });
            if (entry is not null) Show(entry);
            _announcer?.Commit();
        }

        _announcer?.Wake();
    }

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
