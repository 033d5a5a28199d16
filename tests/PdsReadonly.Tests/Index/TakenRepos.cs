using PdsReadonly.Index;

namespace PdsReadonly.Tests.Index;

/// <summary>Takes repos from the queue, whichever queue of look-ups they wait in.</summary>
internal static class TakenRepos
{
    /// <param name="index">Whose queue.</param>
    /// <param name="host">0 for those whose account has to be looked up.</param>
    /// <param name="now">In Unix milliseconds.</param>
    internal static ResyncItem? TakeAt(this LightrailDatabase index, long host, long now)
    {
        if (host != 0) return index.TakeNext(host, now);
        var queues = index.QueuesDue(now).Where(LookUpQueue.Is).ToList();
        return queues.Count == 0 ? null : index.TakeNext(queues.MinBy(index.NextDue), now);
    }
}
