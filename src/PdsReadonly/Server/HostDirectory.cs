using System.Buffers;
using System.Text;
using Atproto.Syntax;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;
using PdsReadonly.Web;

namespace PdsReadonly.Server;

/// <summary>What the plain routes know of the repos hosted here.</summary>
internal sealed class HostDirectory(
    RepoCatalog catalog, LightrailDatabase? index = null, ArchiveLoader? loader = null)
    : IHostDirectory, IHealthProbe
{
    /// <inheritdoc/>
    public bool IsDegraded => loader is { IsWaiting: true };

    /// <inheritdoc/>
    public bool TryProbe(bool mayBlock, out bool isHealthy)
    {
        if (!catalog.TryProbe(mayBlock, out isHealthy)) return false;
        isHealthy = isHealthy && index?.Readers.Probe() != false;
        return true;
    }

    /// <inheritdoc/>
    public string? FindDidOfHandle(ReadOnlySpan<byte> host)
    {
        bool found = Handle.TryParse(host, out var handle)
            & catalog.TryFindByHandle(handle, activeOnly: true, out var repo);
        return found ? repo.Did.ToString() : null;
    }

    /// <inheritdoc/>
    public bool TryWriteDidWebDocument(ReadOnlySpan<byte> host, IBufferWriter<byte> output)
    {
        byte[] did = Encoding.ASCII.GetBytes("did:web:" + Encoding.ASCII.GetString(host));
        if (!catalog.TryFind(did, out var repo)) return false;
        if (repo.Status != HostingStatus.Active) return false;
        if (catalog.DocumentOf(repo.Did) is not { } document) return false;
        output.Write(document);
        return true;
    }
}
