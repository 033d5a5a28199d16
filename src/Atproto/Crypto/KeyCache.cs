namespace Atproto.Crypto;

/// <summary>
/// Verifiers of the keys that were asked for last. Any thread; those it gives out stay of use when
/// they are pushed out, so nobody disposes of them.
/// </summary>
/// <param name="capacity">Keys to keep at least; up to twice as many are.</param>
public sealed class KeyCache(int capacity)
{
    private readonly Lock _lock = new();

    // Two generations: what is asked for in the old one moves to the young one, which becomes the
    // old one when it is full. No order has to be kept, and no key is looked for to be pushed out.
    private Dictionary<PublicKey, SignatureVerifier> _young = [];
    private Dictionary<PublicKey, SignatureVerifier> _old = [];

    /// <summary>Keys held.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _young.Count + _old.Count;
        }
    }

    /// <summary>Null where the platform cannot verify with such keys.</summary>
    public SignatureVerifier? Find(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_lock)
        {
            if (_young.TryGetValue(key, out var verifier)) return verifier;
            if (!_old.Remove(key, out verifier)
                && SignatureVerifier.TryCreate(key, out verifier) != SignatureError.None)
            {
                return null;
            }

            if (_young.Count >= Math.Max(1, capacity))
            {
                _old = _young;
                _young = [];
            }

            _young.Add(key, verifier!);
            return verifier;
        }
    }
}
