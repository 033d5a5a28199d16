using System.Globalization;
using System.Text.Json;
using Bench.Http;

namespace Bench.Lightrail;

/// <summary>The published binary, on a core of its own, and what it says of its index.</summary>
internal sealed class LightrailProcess : LocalProcess
{
    private const string Listening = "listening on ";
    private const int PageLimit = 2000;

    private readonly HttpClient _client = new();

    /// <param name="binary">What is started.</param>
    /// <param name="data">Where its index is, or will be.</param>
    /// <param name="upstream">Whom it follows.</param>
    /// <param name="options">More of the command's.</param>
    internal LightrailProcess(string binary, string data, Uri upstream, string options = "")
        : base(
            $"exec {CpuPin.Server} {binary} lightrail --upstream {upstream} --data {data} "
            + $"--port 0 --bind 127.0.0.1 --allow-private {options}",
            Listening)
    {
    }

    internal Uri WaitListening() => _client.BaseAddress =
        new(WaitLine(Listening, TimeSpan.FromMinutes(1)).Line[Listening.Length..]);

    /// <summary>
    /// What /metrics says, by name without "lightrail_"; those of one name and many labels added.
    /// </summary>
    internal async Task<Dictionary<string, double>> MetricsAsync()
    {
        const string Prefix = "lightrail_";
        var metrics = new Dictionary<string, double>();
        foreach (string line in (await _client.GetStringAsync("/metrics")).Split('\n'))
        {
            if (!line.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            string name = line[Prefix.Length..line.AsSpan().IndexOfAny('{', ' ')];
            double value = double.Parse(
                line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
            metrics[name] = metrics.GetValueOrDefault(name) + value;
        }

        return metrics;
    }

    /// <summary>Repos of one page.</summary>
    internal int CountListed(string path)
    {
        using var page = JsonDocument.Parse(_client.GetByteArrayAsync(path).Result);
        return page.RootElement.GetProperty("repos").GetArrayLength();
    }

    /// <summary>All that listReposByCollection has of one, page by page.</summary>
    internal async Task<List<string>> ListAsync(string collection)
    {
        var dids = new List<string>();
        string method = "/xrpc/com.atproto.sync.listReposByCollection"
            + $"?collection={collection}&limit={PageLimit}";
        string? cursor = "";
        while (cursor is not null)
        {
            string path = cursor.Length == 0 ? method : $"{method}&cursor={cursor}";
            using var page = JsonDocument.Parse(await _client.GetByteArrayAsync(path));
            foreach (var repo in page.RootElement.GetProperty("repos").EnumerateArray())
            {
                dids.Add(repo.GetProperty("did").GetString()!);
            }

            bool isMore = page.RootElement.TryGetProperty("cursor", out var next);
            cursor = isMore ? next.GetString() : null;
        }

        return dids;
    }

    protected override void Dispose(bool disposing)
    {
        _client.Dispose();
        base.Dispose(disposing);
    }
}
