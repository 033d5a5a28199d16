using System.Globalization;
using System.Text;
using Http.Connections;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>
/// What a person sees who opens a server in a browser that keeps an index of remote repos: how far
/// it is, and what it noted last.
/// </summary>
internal sealed class LightrailRoute(LightrailDatabase index, LightrailMetrics metrics)
    : IPlainRoute
{
    private const int NotesShown = 20;
    private const int HostsShown = 50;

    // Answers take a moment.
    private static readonly TimeSpan s_silenceShown = TimeSpan.FromSeconds(3);

    public string Path => "/";

    public XrpcResult Answer(HttpRequest request, HttpResponse response)
    {
        // Notes and hosts are read by the connection that writes.
        if (!request.MayBlock) return XrpcResult.Postponed;
        Encoding.UTF8.GetBytes(Render(), response.Body);
        return XrpcResult.WrittenText;
    }

    private string Render()
    {
        var totals = index.Totals;
        var text = new StringBuilder("""
            This is pds-readonly, and keeps an index of which repositories hold which collections.

            Ask it by /xrpc/com.atproto.sync.listReposByCollection; figures are at /metrics.


            """);
        Line(text, "repos", $"{totals.Repos:N0}, {totals.ActiveRepos:N0} of them active");
        Line(text, "proven", $"{totals.ProvenRepos:N0}");
        Line(text, "claimed only", $"{totals.ClaimedRepos:N0}");
        Line(text, "pairs", $"{totals.Pairs:N0}, {totals.ClaimedPairs:N0} of them claimed");
        Line(text, "to be proven", $"{totals.Queued:N0}, {metrics.Resyncing.Value:N0} under way");
        AddSilence(text);
        Line(text, "proofs kept", $"{totals.Proofs:N0}, {totals.ProofBytes:N0} bytes");
        Line(
            text, "claims",
            $"{totals.ClaimsDisproved:N0} disproved, {totals.ClaimsIncomplete:N0} left out");
        Line(text, "rollbacks", $"{totals.Rollbacks:N0}");
        Line(text, "events", $"{metrics.Events.Total:N0} since the start");
        foreach (var stream in metrics.Streams) AddStream(text, stream);
        AddHosts(text);
        AddNotes(text);
        return text.ToString();
    }

    private void AddSilence(StringBuilder text)
    {
        if (metrics.DirectorySilence() is not { } silence || silence < s_silenceShown) return;
        Line(
            text, "",
            $"waiting for {metrics.Directory}: no answer for {silence.TotalSeconds:N0} s");
    }

    private static void AddStream(StringBuilder text, LightrailMetrics.StreamGauge stream)
    {
        string state = stream.IsConnected ? "connected" : "not connected";
        Line(
            text, "stream",
            $"{stream.Upstream}: {state}, at {stream.Seq}, {stream.Lag.TotalSeconds:F1} s behind");
    }

    private void AddHosts(StringBuilder text)
    {
        var hosts = index.Hosts(HostsShown + 1);
        text.Append("\nHosts:\n");
        foreach (var host in hosts.Take(HostsShown))
        {
            string name = new Uri(host.Url).Authority;
            string listed = host.IsListed ? "listed" : "not listed to the end";
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {host.Url}: {listed}, {metrics.Requests[name]:N0} requests, ");
            text.Append(
                CultureInfo.InvariantCulture,
                $"{metrics.HostFaults[name]:N0} faults. {host.Profile}\n");
        }

        if (hosts.Count > HostsShown) text.Append("  and others\n");
    }

    private void AddNotes(StringBuilder text)
    {
        var notes = index.Notes(NotesShown);
        if (notes.Count == 0) return;
        text.Append("\nNoted last:\n");
        foreach (var note in notes)
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(note.At);
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {at:yyyy-MM-dd HH:mm:ss} {note.Kind} {note.About}: {note.Detail}\n");
        }
    }

    private static void Line(StringBuilder text, string name, FormattableString value) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"{name,-13} {value.ToString(CultureInfo.InvariantCulture)}\n");
}
