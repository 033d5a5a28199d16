namespace PdsReadonly.Upstream;

/// <summary>For how long a server that many depend on has not answered. For any thread.</summary>
internal sealed class Silence(TimeProvider time)
{
    private const long None = long.MinValue;

    private long _since = None;

    /// <summary>Null while it answers, or is not asked.</summary>
    internal TimeSpan? Length
    {
        get
        {
            long since = Volatile.Read(ref _since);
            return since == None ? null : time.GetElapsedTime(since);
        }
    }

    /// <summary>It is asked; of several times without an answer the first counts.</summary>
    internal void Asked() => Interlocked.CompareExchange(ref _since, time.GetTimestamp(), None);

    internal void Answered() => Volatile.Write(ref _since, None);
}
