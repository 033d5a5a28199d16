using System.Text;
using System.Text.Json;
using Atproto.Repo;
using Atproto.Syntax;

namespace PdsReadonly.Cli;

/// <summary>What collections prints.</summary>
internal static class CollectionsReport
{
    internal static string Text(CollectionsAnswer answer, bool isAudited)
    {
        var outcome = answer.Outcome;
        string verdict = answer.IsProven ? "proven"
            : outcome.Claimed is not null ? "claimed"
            : "unproven";
        var text = new StringBuilder($"{verdict} {answer.Did} at {Host(answer.Pds)}: ");
        text.Append(answer.Collections is { } found
            ? Figures.Count(found.Count, "collection")
            : answer.Words);
        if (answer.Collections is null && outcome.Detail is { } detail)
        {
            text.Append($" ({PrintableText.Of(detail)})");
        }

        if (answer.Commit is { } commit)
        {
            text.Append($" at rev {commit.Rev}, commit {commit.Cid}, signature ")
                .Append(Name(answer.Signature));
        }

        string requests = Figures.Count(outcome.Requests, "request");
        text.Append($"; by {Name(outcome.Strategy)}, {requests}, {Figures.Bytes(outcome.Bytes)}");
        AppendList(text, answer.Collections);
        if (isAudited && answer.IsProven) AppendAudit(text, answer.Audit);
        return text.ToString();
    }

    internal static string Json(CollectionsAnswer answer, bool isAudited) => JsonLine.Of(json =>
    {
        json.WriteString("did", answer.Did.ToString());
        json.WriteString("pds", Host(answer.Pds));
        WriteCommit(json, answer.Commit, answer.Signature);
        json.WriteString("strategy", Name(answer.Outcome.Strategy));
        json.WriteBoolean("proven", answer.IsProven);
        json.WriteNumber("requests", answer.Outcome.Requests);
        json.WriteNumber("bytes", answer.Outcome.Bytes);
        WriteList(json, "collections", answer.Collections);
        if (answer.Reason is { } reason)
        {
            json.WriteString("reason", reason);
            json.WriteString("detail", answer.Outcome.Detail);
        }

        if (isAudited) WriteAudit(json, answer.Audit);
    });

    /// <summary>commit, rev, signature.</summary>
    internal static void WriteCommit(
        Utf8JsonWriter json, Commit? commit, CommitSignature signature)
    {
        json.WriteString("commit", commit?.Cid.ToString());
        json.WriteString("rev", commit?.Rev.ToString());
        json.WriteString("signature", Name(signature));
    }

    /// <summary>An array; null when there is nothing to say.</summary>
    internal static void WriteList(
        Utf8JsonWriter json, string name, IReadOnlyList<string>? collections)
    {
        if (collections is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (string collection in collections) json.WriteStringValue(collection);
        json.WriteEndArray();
    }

    /// <summary>One a line.</summary>
    internal static void AppendList(StringBuilder text, IReadOnlyList<string>? collections)
    {
        foreach (string collection in collections ?? [])
        {
            text.Append(Environment.NewLine).Append("  ")
                .Append(PrintableText.Of(collection));
        }
    }

    /// <summary>As options and JSON spell it.</summary>
    internal static string Name(Enum member) => member.ToString().ToLowerInvariant();

    private static string Host(Uri pds) => pds.GetLeftPart(UriPartial.Authority);

    private static void AppendAudit(StringBuilder text, CollectionsAudit? audit)
    {
        text.Append(Environment.NewLine).Append("audit: describeRepo ");
        if (audit is null)
        {
            text.Append("is not answered");
            return;
        }

        text.Append(audit.Agrees ? "says the same" : "says otherwise");
        foreach (string missing in audit.Missing)
        {
            text.Append(Environment.NewLine).Append("  missing there: ")
                .Append(PrintableText.Of(missing));
        }

        foreach (string invented in audit.Invented)
        {
            text.Append(Environment.NewLine).Append("  invented there: ")
                .Append(PrintableText.Of(invented));
        }
    }

    private static void WriteAudit(Utf8JsonWriter json, CollectionsAudit? audit)
    {
        if (audit is null)
        {
            json.WriteNull("audit");
            return;
        }

        json.WriteStartObject("audit");
        WriteList(json, "missing", audit.Missing);
        WriteList(json, "invented", audit.Invented);
        json.WriteEndObject();
    }
}
