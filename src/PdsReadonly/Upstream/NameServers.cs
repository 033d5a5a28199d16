using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using PdsReadonly.Platform;

namespace PdsReadonly.Upstream;

/// <summary>The name servers that this machine was told to ask.</summary>
internal static class NameServers
{
    private const string SystemFile = "/etc/resolv.conf";
    private const int FileBytesMax = 1 << 20;
    private const int Port = 53;

    // As many as a C library asks.
    private const int ServersMax = 3;

    /// <summary>Those of the system; none where it names none.</summary>
    internal static IReadOnlyList<IPEndPoint> OfSystem()
    {
        try
        {
            return File.Exists(SystemFile)
                ? Parse(Encoding.UTF8.GetString(InputFile.ReadAll(SystemFile, FileBytesMax)))
                : OfInterfaces();
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or InvalidDataException
                or NetworkInformationException)
        {
            return [];
        }
    }

    /// <summary>The first servers of a resolv.conf(5); this machine when it names none.</summary>
    internal static IReadOnlyList<IPEndPoint> Parse(string file)
    {
        var servers = new List<IPEndPoint>();
        foreach (string line in file.Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is not ["nameserver", var text, ..]) continue;
            if (!IPAddress.TryParse(text, out var address)) continue;
            servers.Add(new IPEndPoint(address, Port));
            if (servers.Count == ServersMax) break;
        }

        return servers.Count > 0 ? servers : [new IPEndPoint(IPAddress.Loopback, Port)];
    }

    private static List<IPEndPoint> OfInterfaces() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(each => each.OperationalStatus == OperationalStatus.Up)
            .SelectMany(each => each.GetIPProperties().DnsAddresses)
            .Distinct()
            .Take(ServersMax)
            .Select(address => new IPEndPoint(address, Port)),
    ];
}
