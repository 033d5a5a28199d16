using Atproto.Syntax;

namespace PdsReadonly.Index;

// Which repos are still to be proven. What is under way comes back after a crash.
internal sealed partial class LightrailDatabase
{
    private const int Waiting = 0;
    private const int UnderWay = 1;
    private const int HeldBack = 2;
    private const long PauseMilliseconds = 10_000;

    // Checks are made of accounts that are away, too: see ResyncReasons.IsCheck.
    private const string StateSql = """
        (SELECT CASE WHEN status = 0 OR reason IN (5, 9) THEN 0 ELSE 2 END
         FROM repo WHERE id = repo)
        """;

    private const string TakeNextSql = """
        SELECT repo, reason, attempts, did FROM resync JOIN repo ON id = repo
        WHERE resync.host = ?1 AND state = 0 AND due <= ?2 ORDER BY due LIMIT 1
        """;

    /// <summary>
    /// Has a repo that is known proven anew. One that is under way is proven once more after that;
    /// one that waits waits no longer than it would have, unless it failed where it still is.
    /// </summary>
    internal void Enqueue(Did did, ResyncReason reason, long notBefore) => InTransaction(() =>
    {
        if (FindRepo(did) is not { State.Status: not AccountStatus.Deleted } before) return;
        var after = before;
        if (!reason.IsCheck())
        {
            after = before with { State = before.State with { NeedsResync = true } };
            Write(before, after);
        }

        Enqueue(after, reason, notBefore, isAnew: true);
    });

    /// <summary>
    /// Takes the repo of that host that is due longest; null when there is none now. It has to be
    /// given back by <see cref="Done"/> or <see cref="Failed"/>.
    /// </summary>
    /// <param name="queue">The host's number, or that of a queue of look-ups.</param>
    /// <param name="now">In Unix milliseconds.</param>
    internal ResyncItem? TakeNext(long queue, long now)
    {
        ResyncItem? item = null;
        InTransaction(() =>
        {
            var statement = Statement(TakeNextSql).Bind(1, queue).Bind(2, now);
            if (statement.Step())
            {
                long repo = statement.Int64(0);
                _ = Did.TryParse(statement.Bytes(3), out var did);
                item = new ResyncItem(
                    did, LookUpQueue.Is(queue) ? 0 : queue, (ResyncReason)statement.Int64(1),
                    (int)statement.Int64(2));
                statement.Reset();
                SetQueueState(repo, UnderWay);
            }

            statement.Reset();
        });
        return item;
    }

    /// <summary>
    /// Ends what was taken, where nothing is to be stored: <see cref="SetProven"/> and
    /// <see cref="Purge(Did)"/> end it too.
    /// </summary>
    internal void Done(Did did) => InTransaction(() =>
    {
        if (FindRepo(did) is not { } before) return;
        if (IsAskedAgain(before.FirstSeen))
        {
            GiveBack(before.FirstSeen, attempts: 0, due: Now);
            return;
        }

        Dequeue(before.FirstSeen);
        Write(before, before with { State = before.State with { NeedsResync = false } });
    });

    /// <summary>Gives back what was taken, to be tried again.</summary>
    /// <param name="did">Which.</param>
    /// <param name="notBefore">When, in Unix milliseconds.</param>
    /// <param name="counts">Whether it counts as an attempt.</param>
    internal void Failed(Did did, long notBefore, bool counts = true) => InTransaction(() =>
    {
        if (FindRepo(did) is not { } repo) return;
        // What was asked for meanwhile is news: the failure was before.
        if (IsAskedAgain(repo.FirstSeen)) notBefore = Math.Min(notBefore, Now + PauseMilliseconds);
        GiveBack(repo.FirstSeen, counts ? null : -1, notBefore);
    });

    /// <summary>
    /// Ends what was taken of an account that is away: what is still to be proven waits until it is
    /// back.
    /// </summary>
    internal void Await(Did did) => InTransaction(() =>
    {
        if (FindRepo(did) is not { } repo) return;
        if (!repo.State.NeedsResync || IsAskedAgain(repo.FirstSeen))
        {
            Done(did);
            return;
        }

        Statement("UPDATE resync SET reason = ?2, attempts = 0 WHERE repo = ?1")
            .Bind(1, repo.FirstSeen).Bind(2, (long)ResyncReason.Reactivated).Run();
        GiveBack(repo.FirstSeen, attempts: 0, Now);
    });

    /// <summary>Gives back all that was taken: nobody is at it any more.</summary>
    internal void GiveBackAll() => InTransaction(() => Statement($"""
        UPDATE resync SET again = 0, state = {StateSql} WHERE state = 1
        """).Run());

    /// <summary>
    /// Hosts, and queues of look-ups, that a repo is due in now, in their order.
    /// </summary>
    internal List<long> QueuesDue(long now)
    {
        lock (Gate)
        {
            var queues = new List<long>();
            // From one to the next by the index: hosts without a repo that waits cost nothing.
            var statement = Statement("""
                WITH RECURSIVE queue(id) AS (
                  SELECT min(host) FROM resync
                  UNION ALL
                  SELECT (SELECT min(host) FROM resync WHERE host > id) FROM queue
                  WHERE id IS NOT NULL)
                SELECT id FROM queue WHERE id IS NOT NULL AND EXISTS(
                  SELECT 1 FROM resync WHERE resync.host = id AND state = 0 AND due <= ?1)
                """).Bind(1, now);
            while (statement.Step()) queues.Add(statement.Int64(0));
            statement.Reset();
            return queues;
        }
    }

    /// <summary>How many more repos may wait to be looked up there.</summary>
    internal int RoomIn(long lookUpQueue)
    {
        lock (Gate) return LookUpQueue.ReposMax - CountIn(lookUpQueue);
    }

    /// <summary>
    /// Gives back what was taken from a queue of look-ups, since its domain did not answer. It is
    /// forgotten when that was the last attempt, or when too many others wait so.
    /// </summary>
    internal void FailedDomain(Did did, long notBefore, int attemptsMax) => InTransaction(() =>
    {
        if (FindRepo(did) is not { } repo) return;
        GiveBack(repo.FirstSeen, null, notBefore);
        if (HasPast(repo)) return;
        Statement("UPDATE resync SET host = ?2 WHERE repo = ?1")
            .Bind(1, repo.FirstSeen).Bind(2, LookUpQueue.DomainsThatFailed).Run();
        var statement = Statement("""
            SELECT did FROM resync JOIN repo ON id = repo
            WHERE resync.host = ?1 AND (attempts >= ?2
              OR (SELECT count(*) FROM resync AS each WHERE each.host = ?1) > ?3)
            ORDER BY attempts DESC LIMIT 1
            """).Bind(1, LookUpQueue.DomainsThatFailed).Bind(2, (long)attemptsMax)
            .Bind(3, (long)LookUpQueue.FailedDomainsMax);
        bool isOver = statement.Step();
        Did last = default;
        if (isOver) _ = Did.TryParse(statement.Bytes(0), out last);
        statement.Reset();
        if (isOver) Forget(last);
    });

    private int CountIn(long queue)
    {
        var statement = Statement("SELECT count(*) FROM resync WHERE host = ?1").Bind(1, queue);
        statement.Step();
        int count = (int)statement.Int64(0);
        statement.Reset();
        return count;
    }

    /// <summary>When the next repo of the host is due; null when none waits.</summary>
    internal long? NextDue(long hostId)
    {
        lock (Gate)
        {
            var statement = Statement(
                "SELECT due FROM resync WHERE host = ?1 AND state = 0 ORDER BY due LIMIT 1")
                .Bind(1, hostId);
            long? due = statement.Step() ? statement.Int64(0) : null;
            statement.Reset();
            return due;
        }
    }

    // What is asked anew is due at once, what is only still wanted keeps its turn. What was known
    // and broke goes before what was only listed yet, of which there may be millions.
    private void Enqueue(
        LightrailRepo repo, ResyncReason reason, long notBefore, bool isAnew,
        long lookUpQueue = LookUpQueue.Known)
    {
        var statement = Statement("SELECT state, attempts, due, reason FROM resync WHERE repo = ?1")
            .Bind(1, repo.FirstSeen);
        bool isQueued = statement.Step();
        long state = isQueued ? statement.Int64(0) : Waiting;
        bool failed = isQueued && statement.Int64(1) > 0;
        long due = isQueued ? statement.Int64(2) : long.MaxValue;
        // That it may be elsewhere is still to be looked up, whatever else has happened.
        bool isMoved = isQueued && (ResyncReason)statement.Int64(3) == ResyncReason.Moved;
        statement.Reset();
        if (notBefore <= Now) notBefore = reason == ResyncReason.Listed ? Now : 0;
        // One whose commits never chain is not proven without a pause.
        bool isPaced = reason is ResyncReason.Unchained or ResyncReason.Undecided;
        if (isPaced && repo.LearnedAt > Now - PauseMilliseconds)
        {
            notBefore = Math.Max(notBefore, repo.LearnedAt + PauseMilliseconds);
        }

        if (!isQueued)
        {
            bool waits = repo.State.Status == AccountStatus.Active || reason.IsCheck();
            Statement("INSERT INTO resync VALUES(?1, ?2, ?3, 0, ?4, ?5, 0)")
                .Bind(1, repo.FirstSeen).Bind(2, repo.HostId == 0 ? lookUpQueue : repo.HostId)
                .Bind(3, (long)reason).Bind(4, notBefore)
                .Bind(5, (long)(waits ? Waiting : HeldBack)).Run();
            _totals = _totals with { Queued = _totals.Queued + 1 };
            return;
        }

        if (!isAnew) return;
        // Where it failed is not where it is now.
        bool isElsewhere = reason is ResyncReason.Moved or ResyncReason.Reactivated;
        if (!failed || isElsewhere) due = Math.Min(due, notBefore);
        if (isMoved && state != UnderWay) reason = ResyncReason.Moved;
        if (state == HeldBack && reason.IsCheck()) state = Waiting;
        Statement("""
            UPDATE resync SET host = CASE ?2 WHEN 0 THEN host ELSE ?2 END,
              reason = ?3, due = ?4, again = ?5, state = ?6
            WHERE repo = ?1
            """).Bind(1, repo.FirstSeen).Bind(2, repo.HostId).Bind(3, (long)reason)
            .Bind(4, due).Bind(5, state == UnderWay ? 1L : 0).Bind(6, state).Run();
    }

    private bool IsAskedAgain(long repo)
    {
        var statement = Statement("SELECT again FROM resync WHERE repo = ?1").Bind(1, repo);
        bool asked = statement.Step() && statement.Int64(0) != 0;
        statement.Reset();
        return asked;
    }

    // Null counts one more, a negative number leaves them.
    private void GiveBack(long repo, int? attempts, long due) => Statement($"""
        UPDATE resync SET due = ?2, again = 0, attempts = ifnull(?3, attempts + ?4),
          state = CASE WHEN state = 1 THEN {StateSql} ELSE state END
        WHERE repo = ?1
        """).Bind(1, repo).Bind(2, due).Bind(3, attempts is >= 0 ? attempts : null)
        .Bind(4, attempts is null ? 1L : 0).Run();

    private void SetQueueState(long repo, int state) =>
        Statement("UPDATE resync SET state = ?2 WHERE repo = ?1").Bind(1, repo).Bind(2, (long)state)
            .Run();

    // One that is under way goes on; it is held back when it is given back.
    private void HoldBack(long repo, bool isHeldBack) =>
        Statement("UPDATE resync SET state = ?2 WHERE repo = ?1 AND state = ?3").Bind(1, repo)
            .Bind(2, (long)(isHeldBack ? HeldBack : Waiting))
            .Bind(3, (long)(isHeldBack ? Waiting : HeldBack)).Run();

    private void Dequeue(long repo)
    {
        var statement = Statement("SELECT 1 FROM resync WHERE repo = ?1").Bind(1, repo);
        bool isQueued = statement.Step();
        statement.Reset();
        if (!isQueued) return;
        Statement("DELETE FROM resync WHERE repo = ?1").Bind(1, repo).Run();
        _totals = _totals with { Queued = _totals.Queued - 1 };
    }
}
