using System.Text;
using System.Text.Json;
using Atproto.Multiformats;
using Atproto.Mst;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// The newest commit: from the proof of a record that is hardly there, which brings the tree's left
/// edge as well; from getLatestCommit and getBlocks at hosts that give no such proofs.
/// </summary>
internal sealed class HeadSource : INodeSource
{
    internal static readonly HeadSource Instance = new();

    // A CID and a rev.
    private const int LatestBytesMax = 16 * 1024;

    public async Task<bool> FetchAsync(
        AskedRepo asked, MissingNode? missing, CancellationToken cancellation)
    {
        // The same key was refused before, if any was and none was not.
        bool isKnownToFail = asked.ProbesRefused > 0 && !asked.HasProbed;
        if (ProbeSource.MayAsk(asked) && !isKnownToFail)
        {
            if (await asked.ProbeAsync(cancellation)) return true;
            if (asked.IsHopeless) return false;
        }

        var latest = await asked.GetAsync(
            "getLatestCommit", "", cancellation, LatestBytesMax);
        if (latest.Status != XrpcStatus.Given || !TryReadCid(latest.Body, out var cid))
        {
            return false;
        }

        var blocks = await asked.GetAsync("getBlocks", $"&cids={cid}", cancellation);
        return blocks.Status == XrpcStatus.Given
            && CarBlocks.TryReadCommit(blocks.Body.Span, cid, out var commit)
            && asked.Take("getBlocks", commit);
    }

    private static bool TryReadCid(ReadOnlyMemory<byte> body, out Cid cid)
    {
        cid = default;
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("cid", out var text)
                && text.ValueKind == JsonValueKind.String
                && Cid.TryParse(Encoding.UTF8.GetBytes(text.GetString()!), out cid);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
