using System.Net.Http.Headers;

namespace Bench.Http;

/// <summary>Kestrel, compiled ahead of time, with one answer in memory.</summary>
internal sealed class KestrelPeer : LocalProcess
{
    private const string Listening = "listening on ";

    // What a server says of its own accord, Kestrel too.
    private static readonly HashSet<string> s_ownHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding",
    };

    private KestrelPeer(string command)
        : base(command, Listening)
    {
        Url = new Uri(WaitLine(Listening, TimeSpan.FromSeconds(30)).Line[Listening.Length..]);
    }

    internal Uri Url { get; }

    internal static string Binary(BenchOptions options) =>
        Path.Combine(options.Peers, "kestrel", "bench-kestrel");

    /// <summary>Answers whatever is asked with what <paramref name="typical"/> answers.</summary>
    internal static KestrelPeer Start(BenchOptions options, Uri typical)
    {
        string body = Path.Combine(options.Work, "kestrel.body");
        string headers = Path.Combine(options.Work, "kestrel.headers");
        using var client = new HttpClient();
        using var answer = client.GetAsync(typical).GetAwaiter().GetResult();
        answer.EnsureSuccessStatusCode();
        File.WriteAllBytes(
            body, answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult());
        File.WriteAllLines(
            headers, [.. HeadersOf(answer.Headers), .. HeadersOf(answer.Content.Headers)]);
        return new KestrelPeer($"exec {CpuPin.Server} {Binary(options)} {body} {headers}");
    }

    private static IEnumerable<string> HeadersOf(HttpHeaders headers) =>
        headers.Where(header => !s_ownHeaders.Contains(header.Key))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}");
}
