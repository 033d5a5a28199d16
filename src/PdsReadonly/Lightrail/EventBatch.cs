using Atproto.Syntax;
using PdsReadonly.Index;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Changes to be stored together; each is judged by what those before it changed.
/// </summary>
/// <param name="database">What is stored so far.</param>
/// <param name="source">Who told of them; null when they were proven.</param>
internal sealed class EventBatch(LightrailDatabase database, Source? source)
{
    private readonly List<RepoChange> _changes = [];
    private readonly Dictionary<Did, RepoState> _states = [];

    internal IReadOnlyList<RepoChange> Changes => _changes;

    /// <summary>The number of the last event; zero before the first.</summary>
    internal long LastSeq { get; set; }

    /// <summary>Null when the repo is not known.</summary>
    internal RepoState? Find(Did did) =>
        _states.TryGetValue(did, out var state) ? state : database.Find(did);

    /// <summary>That of a new repo, when it is not known.</summary>
    internal RepoState StateOf(Did did) => Find(did) ?? new RepoState { Did = did };

    /// <summary>
    /// Where a repo waits that is new; null when the queue of that source is full.
    /// </summary>
    internal long? QueueFor(Did did)
    {
        long queue = LookUpQueue.Of(source?.Host.Id ?? 0, isListed: false, did);
        int added = _changes.Count(change => change.LookUpQueue == queue);
        return added < database.RoomIn(queue) ? queue : null;
    }

    /// <summary>A new repo is left out, since its queue is full.</summary>
    internal void LeaveOut() => source?.LeaveOut();

    internal void Add(RepoChange change)
    {
        _changes.Add(change);
        _states[change.After.Did] = change.After;
    }

    /// <summary>
    /// Whether the source's word on that account counts: a relay's does, a host's if the account's
    /// document named it.
    /// </summary>
    internal bool SpeaksFor(Did did)
    {
        if (source is null || source.IsRelay) return true;
        return database.FindRepo(did)?.HostId == source.Host.Id;
    }
}
