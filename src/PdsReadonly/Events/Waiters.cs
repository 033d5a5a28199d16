namespace PdsReadonly.Events;

/// <summary>
/// The subscriptions that are open, to be woken without a lock: waking runs code of the transport.
/// </summary>
internal sealed class Waiters
{
    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();

    // Grows, never shrinks; a place that is free holds null. Who reads an older array misses only
    // those who came since, and they look for news themselves once they are in.
    private volatile Subscription?[] _places = new Subscription?[16];
    private int _used;

    /// <summary>Open at the moment.</summary>
    internal int Count
    {
        get
        {
            lock (_gate) return _used - _free.Count;
        }
    }

    /// <summary>The place to give back.</summary>
    internal int Add(Subscription subscription)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out int place)) place = _used++;
            if (place == _places.Length)
            {
                var larger = new Subscription?[2 * place];
                _places.CopyTo(larger, 0);
                _places = larger;
            }

            Volatile.Write(ref _places[place], subscription);
            return place;
        }
    }

    internal void Remove(int place)
    {
        lock (_gate)
        {
            Volatile.Write(ref _places[place], null);
            _free.Push(place);
        }
    }

    internal void WakeAll()
    {
        var places = _places;
        for (int i = 0; i < places.Length; i++) Volatile.Read(ref places[i])?.Signal();
    }
}
