using System.Globalization;
using System.Text;
using Http.Connections;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>
/// What the index of remote repos holds and has done, as Prometheus reads it
/// (https://prometheus.io/docs/instrumenting/exposition_formats/). Waits for nothing.
/// </summary>
internal sealed class MetricsRoute(LightrailDatabase index, LightrailMetrics metrics) : IPlainRoute
{
    private const string Prefix = "lightrail_";

    public string Path => "/metrics";

    public XrpcResult Answer(HttpRequest request, HttpResponse response)
    {
        response.AddHeader("Content-Type"u8, "text/plain; version=0.0.4; charset=utf-8"u8);
        Encoding.UTF8.GetBytes(Render(), response.Body);
        return XrpcResult.Written;
    }

    private string Render()
    {
        var text = new StringBuilder();
        var totals = index.Totals;
        Gauge(text, "repos", "Repos that are known, deleted ones left out", totals.Repos);
        Gauge(text, "repos_active", "Repos that are shown", totals.ActiveRepos);
        Gauge(text, "repos_proven", "Repos whose collections are proven", totals.ProvenRepos);
        Gauge(text, "repos_claimed", "Repos whose collections are claimed", totals.ClaimedRepos);
        Gauge(text, "pairs", "Collections of repos", totals.Pairs);
        Gauge(text, "pairs_claimed", "Collections of repos, merely claimed", totals.ClaimedPairs);
        Gauge(text, "queue", "Repos that are to be proven", totals.Queued);
        Gauge(text, "resyncing", "Repos that are being proven", metrics.Resyncing.Value);
        Gauge(
            text, "resyncing_bytes", "Memory that they share and hold", metrics.ResyncBytes.Value);
        Gauge(
            text, "directory_silence_seconds", "For how long the PLC directory has not answered",
            (long)(metrics.DirectorySilence()?.TotalSeconds ?? 0));
        Gauge(text, "proofs_kept", "Proofs that are kept", totals.Proofs);
        Gauge(text, "proofs_kept_bytes", "Bytes of proofs that are kept", totals.ProofBytes);
        Counter(text, "rollbacks", "Revs lower than one that was seen", totals.Rollbacks);
        Counter(
            text, "claims_disproved", "Claimed collections that were not there",
            totals.ClaimsDisproved);
        Counter(
            text, "claims_incomplete", "Collections that were left out of a claim",
            totals.ClaimsIncomplete);
        Counter(text, "false_answers", "Malformed or foreign answers", totals.HostFaults);
        Counter(text, "bad_events", "Events that prove nothing", totals.BadEvents);
        foreach (var family in metrics.Families)
        {
            Head(text, family.Name + "_total", "counter", $"Since the start, by {family.Label}");
            foreach (var (label, value) in family.Values)
            {
                Labelled(text, family.Name + "_total", family.Label, label, value);
            }
        }

        Streams(text, "stream_seq", "gauge", "The last event", stream => stream.Seq);
        Streams(
            text, "stream_lag_seconds", "gauge", "How old the last event was",
            stream => stream.Lag.TotalSeconds);
        Streams(
            text, "stream_connected", "gauge", "Whether it is connected",
            stream => stream.IsConnected ? 1 : 0);
        Streams(
            text, "stream_connects_total", "counter", "Connections made",
            stream => stream.Connects);
        return text.ToString();
    }

    private void Streams(
        StringBuilder text, string name, string type, string help,
        Func<LightrailMetrics.StreamGauge, double> read)
    {
        Head(text, name, type, help);
        foreach (var stream in metrics.Streams)
        {
            Labelled(text, name, "upstream", stream.Upstream, read(stream));
        }
    }

    private static void Gauge(StringBuilder text, string name, string help, long value)
    {
        Head(text, name, "gauge", help);
        text.Append(CultureInfo.InvariantCulture, $"{Prefix}{name} {value}\n");
    }

    private static void Counter(StringBuilder text, string name, string help, long value)
    {
        Head(text, name + "_total", "counter", help);
        text.Append(CultureInfo.InvariantCulture, $"{Prefix}{name}_total {value}\n");
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"# HELP {Prefix}{name} {help}.\n# TYPE {Prefix}{name} {type}\n");

    // Host names and reasons may come from elsewhere: they must not end the line.
    private static void Labelled(
        StringBuilder text, string name, string label, string of, double value)
    {
        string escaped = of.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Prefix}{name}{{{label}=\"{escaped}\"}} {value}\n");
    }
}
