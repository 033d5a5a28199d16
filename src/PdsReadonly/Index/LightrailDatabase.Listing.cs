using Atproto.Syntax;

namespace PdsReadonly.Index;

// What hosts list.
internal sealed partial class LightrailDatabase
{
    private const int UnlistedAtOnce = 1000;

    /// <summary>
    /// Stores a page of a host's listRepos and where the next one begins, null at the end. New
    /// repos are queued, and so are those that the host is ahead of. Nothing is stored of a page
    /// that was asked for before the list began anew.
    /// </summary>
    /// <param name="host">The host as it was when the page was asked for.</param>
    /// <param name="repos">The page.</param>
    /// <param name="cursor">The page's cursor.</param>
    /// <param name="isRelay">
    /// Whether its word on the status of repos counts that are at other hosts.
    /// </param>
    /// <returns>
    /// How many there was room for, in their order; with the last one the page is over.
    /// </returns>
    internal int AddListed(
        LightrailHost host, IReadOnlyList<ListedRepo> repos, string? cursor, bool isRelay)
    {
        int count = 0;
        InTransaction(() =>
        {
            if (FindHost(host.Id)?.Round != host.Round)
            {
                count = repos.Count;
                return;
            }

            foreach (var repo in repos)
            {
                if (!AddListed(host.Id, repo, isRelay)) return;
                count++;
                Statement("UPDATE repo SET listed = ?2 WHERE did = ?1")
                    .BindString(1, repo.Did.ToString()).Bind(2, Now).Run();
            }

            SetCursor(host.Id, cursor);
        });
        return count;
    }

    /// <summary>
    /// Has those active repos looked after that were not listed since, in Unix milliseconds, nor
    /// first seen. False when there may be more: a part is done at a time.
    /// </summary>
    internal bool EnqueueUnlisted(long before)
    {
        var dids = new List<Did>();
        InTransaction(() =>
        {
            var statement = Statement("""
                SELECT did FROM repo
                WHERE status = 0 AND NOT needs_resync AND listed < ?1 AND id < ?1
                  AND NOT EXISTS(SELECT 1 FROM resync WHERE repo = id)
                LIMIT ?2
                """).Bind(1, before).Bind(2, (long)UnlistedAtOnce);
            while (statement.Step())
            {
                if (Did.TryParse(statement.Bytes(0), out var did)) dids.Add(did);
            }

            statement.Reset();
            foreach (var did in dids) Enqueue(did, ResyncReason.Unlisted, 0);
        });
        return dids.Count < UnlistedAtOnce;
    }

    // False when the queue is full.
    private bool AddListed(long hostId, ListedRepo listed, bool isRelay)
    {
        if (FindRepo(listed.Did) is { } before)
        {
            UpdateListed(hostId, listed, before, isRelay);
            return true;
        }

        // One that is away is news when it comes back: then a list or the stream names it.
        if (listed.Status != AccountStatus.Active) return true;
        long queue = LookUpQueue.Of(hostId, isListed: true, listed.Did);
        if (CountIn(queue) >= LookUpQueue.ReposMax) return false;
        AddNewlyListed(listed, queue);
        return true;
    }

    private void UpdateListed(
        long hostId, ListedRepo listed, LightrailRepo before, bool isRelay)
    {
        bool isActive = listed.Status == AccountStatus.Active;
        bool isBack = isActive && before.State.Status != AccountStatus.Active;
        if (before.State.Status == AccountStatus.Deleted && !(isRelay && isBack)) return;
        if (!isRelay && before.HostId != hostId)
        {
            // A host that the account is not at has one thing to say: that it may be there now.
            if (isBack) Enqueue(before, ResyncReason.Moved, 0, isAnew: true);
            return;
        }

        if (!isActive && before.HostId == 0 && Forget(listed.Did)) return;
        if (listed.Status == AccountStatus.Deleted)
        {
            Purge(listed.Did, revMax: null);
            return;
        }

        bool isBehind = !(before.HeadRev >= listed.Rev);
        bool isNeeded = isBack || isBehind;
        var state = before.State with { Status = listed.Status };
        if (isNeeded) state = state with { NeedsResync = true };
        var after = before with { State = state };
        if (isBehind && !before.IsProven)
        {
            after = after with { Head = listed.Head, HeadRev = listed.Rev };
        }

        Write(before, after);
        if (!isNeeded) return;
        Enqueue(after, ResyncReason.Behind, 0, isAnew: isBack || !before.State.NeedsResync);
    }

    // At which host it is its account's document tells.
    private void AddNewlyListed(ListedRepo listed, long lookUpQueue)
    {
        var added = NewRepo(listed.Did);
        added = added with
        {
            State = added.State with { NeedsResync = true },
            Head = listed.Head,
            HeadRev = listed.Rev,
        };
        Write(null, added);
        Enqueue(added, ResyncReason.Listed, 0, isAnew: false, lookUpQueue);
    }
}
