using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Http.Transports;

/// <summary>
/// Counts connections, in all and by address, against the limits. For any thread.
/// </summary>
internal sealed class ConnectionGate(HttpLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _byAddress = [];
    private int _count;

    /// <summary>True when one more may come; it then has to leave once.</summary>
    internal bool TryEnter(IPAddress address)
    {
        ulong key = KeyOf(address);
        lock (_lock)
        {
            int ofAddress = _byAddress.GetValueOrDefault(key);
            if (_count >= limits.ConnectionsMax || ofAddress >= limits.ConnectionsPerAddressMax)
            {
                return false;
            }

            _byAddress[key] = ofAddress + 1;
            _count++;
            return true;
        }
    }

    internal void Leave(IPAddress address)
    {
        ulong key = KeyOf(address);
        lock (_lock)
        {
            _count--;
            if (--_byAddress[key] is var left and > 0) _byAddress[key] = left;
            else _byAddress.Remove(key);
        }
    }

    /// <summary>
    /// A whole IPv4 address; of IPv6 the first 64 bits, since a customer gets all the rest.
    /// </summary>
    private static ulong KeyOf(IPAddress address)
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
}
