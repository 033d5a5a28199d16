using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Http.Connections;

/// <summary>
/// Counts connections, in all and by address, against the limits. Those of a trusted proxy are
/// counted in all only: its clients are told apart by request, and for each the answers are
/// counted that go on for as long as the client likes. For any thread.
/// </summary>
internal sealed class ConnectionGate(HttpLimits limits, TrustedProxies proxies)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _connectionsByAddress = [];
    private readonly Dictionary<ulong, int> _streamsByAddress = [];
    private readonly Dictionary<ulong, int> _answersByAddress = [];
    private int _count;

    /// <summary>Whether no more may come, from wherever.</summary>
    internal bool IsFull
    {
        get
        {
            lock (_lock) return _count >= limits.ConnectionsMax;
        }
    }

    /// <summary>True when one more may come; it then has to leave once.</summary>
    internal bool TryEnter(IPAddress address)
    {
        bool isProxy = proxies.Contains(address);
        lock (_lock)
        {
            if (_count >= limits.ConnectionsMax) return false;
            int max = limits.ConnectionsPerAddressMax;
            if (!isProxy && !TryCount(_connectionsByAddress, KeyOf(address), max)) return false;
            _count++;
            return true;
        }
    }

    internal void Leave(IPAddress address)
    {
        bool isProxy = proxies.Contains(address);
        lock (_lock)
        {
            _count--;
            if (!isProxy) Uncount(_connectionsByAddress, KeyOf(address));
        }
    }

    /// <summary>
    /// True when the client may have one more answer that goes on for as long as it likes; that
    /// then has to end once.
    /// </summary>
    /// <param name="client">Who asks.</param>
    /// <param name="isStream">Whether the answer is made while it is sent.</param>
    internal bool TryBeginAnswer(IPAddress client, bool isStream)
    {
        int max = isStream ? limits.StreamsPerAddressMax : limits.ConnectionsPerAddressMax;
        lock (_lock) return TryCount(AnswersOf(isStream), KeyOf(client), max);
    }

    internal void EndAnswer(IPAddress client, bool isStream)
    {
        lock (_lock) Uncount(AnswersOf(isStream), KeyOf(client));
    }

    private Dictionary<ulong, int> AnswersOf(bool isStream) =>
        isStream ? _streamsByAddress : _answersByAddress;

    private static bool TryCount(Dictionary<ulong, int> counts, ulong key, int max)
    {
        int count = counts.GetValueOrDefault(key);
        if (count >= max) return false;
        counts[key] = count + 1;
        return true;
    }

    private static void Uncount(Dictionary<ulong, int> counts, ulong key)
    {
        if (--counts[key] is var left and > 0) counts[key] = left;
        else counts.Remove(key);
    }

    /// <summary>
    /// A whole IPv4 address; of IPv6 the first 64 bits, since a customer gets all the rest.
    /// </summary>
    internal static ulong KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        return address.IsIPv4MappedToIPv6
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes[12..])
            : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    /// <summary>
    /// A whole IPv4 address; of IPv6 the first 48 bits, which is what a site gets.
    /// </summary>
    internal static ulong SiteKeyOf(IPAddress address)
    {
        const ulong LastOfIPv4 = uint.MaxValue;
        ulong key = KeyOf(address);
        return key <= LastOfIPv4 ? key : key & ~0xffffUL;
    }
}
