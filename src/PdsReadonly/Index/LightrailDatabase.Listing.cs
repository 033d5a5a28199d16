using Atproto.Syntax;

namespace PdsReadonly.Index;

// What hosts list.
internal sealed partial class LightrailDatabase
{
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
    internal void AddListed(
        LightrailHost host, IReadOnlyList<ListedRepo> repos, string? cursor, bool isRelay) =>
        InTransaction(() =>
        {
            if (FindHost(host.Id)?.Round != host.Round) return;
            foreach (var repo in repos)
            {
                AddListed(host.Id, repo, isRelay);
                Statement("UPDATE repo SET listed = ?2 WHERE did = ?1")
                    .BindString(1, repo.Did.ToString()).Bind(2, Now).Run();
            }

            SetCursor(host.Id, cursor);
        });

    /// <summary>
    /// Queues the active repos that were not listed since, in Unix milliseconds, nor first seen.
    /// </summary>
    internal void EnqueueUnlisted(long before) => InTransaction(() =>
    {
        var dids = new List<Did>();
        var statement = Statement("""
            SELECT did FROM repo
            WHERE status = 0 AND NOT needs_resync AND listed < ?1 AND id < ?1
            """).Bind(1, before);
        while (statement.Step())
        {
            if (Did.TryParse(statement.Bytes(0), out var did)) dids.Add(did);
        }

        statement.Reset();
        foreach (var did in dids) Enqueue(did, ResyncReason.Unlisted, 0);
    });

    private void AddListed(long hostId, ListedRepo listed, bool isRelay)
    {
        var before = FindRepo(listed.Did);
        if (before is null)
        {
            if (listed.Status != AccountStatus.Deleted) AddNewlyListed(listed);
            return;
        }

        if (before.State.Status == AccountStatus.Deleted) return;
        bool isBehind = !(before.HeadRev >= listed.Rev);
        bool isTrusted = isRelay || before.HostId == 0 || before.HostId == hostId;
        bool isBack = listed.Status == AccountStatus.Active
            && before.State.Status != AccountStatus.Active;
        // A host that the account may have left has one thing to say: that it is there again.
        if (!isTrusted && !isBack) return;
        if (listed.Status == AccountStatus.Deleted)
        {
            Purge(listed.Did, revMax: null);
            return;
        }

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
        var reason = isTrusted ? ResyncReason.Behind : ResyncReason.Moved;
        Enqueue(after, reason, 0, isAnew: isBack || !before.State.NeedsResync);
    }

    // At which host it is its account's document tells.
    private void AddNewlyListed(ListedRepo listed)
    {
        var added = NewRepo(listed.Did);
        added = added with
        {
            State = added.State with { Status = listed.Status, NeedsResync = true },
            Head = listed.Head,
            HeadRev = listed.Rev,
        };
        Write(null, added);
        Enqueue(added, ResyncReason.Listed, 0, isAnew: false);
    }
}
