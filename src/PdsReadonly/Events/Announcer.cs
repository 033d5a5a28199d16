using Atproto.Multiformats;
using Atproto.Syntax;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

namespace PdsReadonly.Events;

/// <summary>
/// Decides what is said of a change (https://atproto.com/specs/sync): compares what is shown now
/// with what was announced last, so that nothing is said twice, in this run or a later one. A repo
/// that is not active has no state to tell.
/// </summary>
internal sealed class Announcer(EventLog log, EventOptions options) : IAnnouncer
{
    private readonly EventTable _table = log.Table;

    /// <inheritdoc/>
    public void Show(RepoEntry entry, HeadContent? content)
    {
        string did = entry.Did.ToString();
        var before = _table.FindAnnounced(did);
        var status = entry.Status;
        var after = before ?? new AnnouncedRow { Did = did, Status = status.ToString() };
        bool isActive = status == HostingStatus.Active;
        bool isNew = before is null;
        bool comesBack = isActive && !isNew && before!.Status != nameof(HostingStatus.Active);
        if (isNew && isActive) after = TellIdentity(after, entry, comesBack);
        bool isStatusNew = isNew || before!.Status != status.ToString();
        if (isStatusNew) after = TellStatus(after, status, entry.Rev);
        if (!isNew && isActive) after = TellIdentity(after, entry, comesBack);
        if (isActive) after = TellHead(after, entry, content, comesBack);
        if (after != before) _table.WriteAnnounced(after);
    }

    /// <inheritdoc/>
    public IEnumerable<string> FindUntold() =>
        _table.FindUntold(options.Replays, options.Hostname);

    /// <inheritdoc/>
    public HeadContent ReadHead(RepoEntry entry) => StoredHead.Read(entry);

    /// <inheritdoc/>
    public void Hide(Did did)
    {
        if (_table.FindAnnounced(did.ToString()) is not { } before) return;
        if (before.Status != nameof(HostingStatus.Active)) return;
        _table.WriteAnnounced(TellStatus(before, HostingStatus.Deactivated, default));
    }

    /// <inheritdoc/>
    public void SetStatus(Did did, HostingStatus status)
    {
        // Whether it is active again shows when a file holds it.
        if (status == HostingStatus.Active) return;
        if (_table.FindAnnounced(did.ToString()) is not { } before) return;
        if (before.Status == status.ToString()) return;
        _table.WriteAnnounced(TellStatus(before, status, default));
    }

    /// <inheritdoc/>
    public void HideAllBut(Func<string, bool> isShown)
    {
        foreach (var (did, announced, set) in _table.ListAnnounced(did => !isShown(did)))
        {
            // Never "deleted": a disk that is missing must not make others delete what they have.
            if (!Enum.TryParse<HostingStatus>(set, out var status)) status = HostingStatus.Active;
            if (status == HostingStatus.Active) status = HostingStatus.Deactivated;
            if (announced == status.ToString()) continue;
            var before = _table.FindAnnounced(did)!;
            _table.WriteAnnounced(TellStatus(before, status, default));
        }
    }

    /// <inheritdoc/>
    public void Commit() => log.Commit();

    /// <inheritdoc/>
    public void Abandon() => log.Abandon();

    /// <inheritdoc/>
    public void Wake() => log.Waiters.WakeAll();

    private AnnouncedRow TellStatus(AnnouncedRow before, HostingStatus status, Tid rev)
    {
        if (status == HostingStatus.Deleted)
        {
            log.DeleteAllOf(before.Did);
            before = new AnnouncedRow { Did = before.Did, Status = before.Status };
        }

        var stamp = log.Stamp(rev);
        Append(
            stamp, before.Did, EventKind.Account,
            EventFrames.Account(stamp, before.Did, status), before.Account);
        log.MarkActive(before.Did, status == HostingStatus.Active);
        return before with { Status = status.ToString(), Account = stamp.Seq };
    }

    private AnnouncedRow TellIdentity(AnnouncedRow before, RepoEntry entry, bool comesBack)
    {
        string? handle = entry.Handle?.ToString();
        if (handle == before.Handle && !(comesBack && handle is not null)) return before;
        // Others pass an identity on for any DID, whoever tells it: only for those who live here.
        if (options.Hostname is { } own
            && !string.Equals(
                own, _table.FindPdsHost(before.Did), StringComparison.OrdinalIgnoreCase))
        {
            return before;
        }

        var stamp = log.Stamp(entry.Rev);
        Append(
            stamp, before.Did, EventKind.Identity,
            EventFrames.Identity(stamp, before.Did, handle), before.Identity);
        return before with { Handle = handle, Identity = stamp.Seq };
    }

    private AnnouncedRow TellHead(
        AnnouncedRow before, RepoEntry entry, HeadContent? content, bool comesBack)
    {
        string cid = entry.Head.ToString();
        bool isKnown = cid == before.Head;
        bool isReplayed = !options.Replays || (isKnown && before.Replay is not null);
        if (isKnown && isReplayed && !comesBack) return before;
        if (!isKnown && !IsLater(entry, before)) return before;
        var (block, records) = content ?? StoredHead.Read(entry);
        // What cannot be read is told once it was loaded again.
        if (block.IsEmpty) return comesBack ? before with { Rev = null, Head = null } : before;
        if (isKnown && records == 0 && !comesBack) return before;

        long? replay = before.Replay;
        if (!isReplayed && records > 0) replay = TellRecords(before, entry, records);
        else if (!isKnown) replay = EndReplay(before);
        var stamp = log.Stamp(entry.Rev);
        string rev = entry.Rev.ToString();
        Append(
            stamp, before.Did, EventKind.Sync,
            EventFrames.Sync(stamp, before.Did, rev, entry.Head, block.Span), before.Sync);
        return before with { Rev = rev, Head = cid, Sync = stamp.Seq, Replay = replay };
    }

    private long TellRecords(AnnouncedRow before, RepoEntry entry, long records)
    {
        // One number for each record: a commit takes that of its last one, so that where the
        // batches end need not be known now.
        var stamp = log.Stamp(entry.Rev, records);
        byte[] head = new byte[Cid.Bytes];
        entry.Head.CopyTo(head);
        log.Append(
            new EventRow(
                stamp.Seq, stamp.Seq + records - 1, before.Did, EventKind.Replay,
                stamp.Time.ToUnixTimeMilliseconds(), head),
            before.Replay);
        return stamp.Seq;
    }

    // The records of a head that is gone are not told any more.
    private long? EndReplay(AnnouncedRow before)
    {
        if (before.Replay is { } seq) _table.Supersede(seq);
        return null;
    }

    // Consumers pass over a rev that is not later than the one they know; one that their clocks do
    // not allow they do not know.
    private bool IsLater(RepoEntry entry, AnnouncedRow before)
    {
        if (before.Rev is null || !Tid.TryParse(before.Rev, out var known)) return true;
        return entry.Rev > known || log.IsInFuture(known);
    }

    private void Append(
        EventStamp stamp, string did, EventKind kind, byte[] frame, long? superseded) =>
        log.Append(
            new EventRow(
                stamp.Seq, stamp.Seq, did, kind, stamp.Time.ToUnixTimeMilliseconds(), frame),
            superseded);
}
