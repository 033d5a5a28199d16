using System.Net;
using System.Net.Sockets;

namespace PdsReadonly.Upstream;

/// <summary>The addresses of a host that is to be asked, by its name or as it is written.</summary>
/// <remarks>
/// The system's look-up holds a thread until it is over, and a name server that is silent makes
/// that long. So it has threads of its own, of which there are only so many: the threads of the
/// pool never wait for a name.
/// </remarks>
internal static class HostAddresses
{
    /// <summary>Names that are looked up at once.</summary>
    internal const int LookUpsMax = 64;

    /// <summary>The longest name that DNS has (RFC 1035 §2.3.4), in characters.</summary>
    internal const int NameCharsMax = 253;

    private static readonly SemaphoreSlim s_places = new(LookUpsMax, LookUpsMax);

    /// <summary>
    /// At least one address. Throws SocketException when there is none, whatever the name.
    /// </summary>
    internal static async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            // These stand for "any", and cannot be asked.
            bool isAny = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
            if (isAny) throw new SocketException((int)SocketError.HostNotFound);
            return [address];
        }

        if (host.TrimEnd('.').Length is 0 or > NameCharsMax)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        await s_places.WaitAsync(cancellation);
        // It gives its place back when the system is done, even if it is waited for no more.
        var lookUp = Task.Factory.StartNew(
            () => LookUp(host), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return await lookUp.WaitAsync(cancellation);
    }

    private static IPAddress[] LookUp(string host)
    {
        try
        {
            var addresses = Dns.GetHostAddresses(host);
            return addresses.Length > 0
                ? addresses
                : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (ArgumentException)
        {
            // A name that the platform takes for none.
            throw new SocketException((int)SocketError.HostNotFound);
        }
        finally
        {
            s_places.Release();
        }
    }
}
