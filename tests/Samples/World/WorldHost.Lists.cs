using System.Globalization;
using System.Text.Json;

namespace Samples.World;

// What is told in JSON: of accounts, of hosts, of the host itself.
public sealed partial class WorldHost
{
    private WorldAnswer Document(string did) => Network.Document(did) is { } document
        ? new WorldAnswer(200, document, "application/did+ld+json")
        : WorldAnswer.Error(404, "NotFound", $"DID not registered: {did}");

    private WorldAnswer ListRepos(WorldRequest request)
    {
        string cursor = request["cursor"];
        int limit = request.Number("limit", 500);
        if (MadeUpRepos > 0) return ListMadeUp(cursor, limit);
        var page = Network.Accounts.Values
            .Where(account => account.Host == this || IsRelay)
            .Where(account => string.CompareOrdinal(account.Did, cursor) > 0)
            .Take(limit)
            .ToList();
        return WorldAnswer.OfJson(json =>
        {
            if (page.Count == limit) json.WriteString("cursor", page[^1].Did);
            json.WriteStartArray("repos");
            foreach (var account in page)
            {
                json.WriteStartObject();
                json.WriteString("did", account.Did);
                json.WriteString("head", account.Repo.Commit.Cid.ToString());
                json.WriteString("rev", account.Repo.Rev);
                WriteState(json, account);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    // No directory knows any of them.
    private WorldAnswer ListMadeUp(string cursor, int limit)
    {
        int from = cursor.Length == 0 ? 0 : int.Parse(cursor, CultureInfo.InvariantCulture);
        int to = Math.Min(MadeUpRepos, from + limit);
        string head = Network.Accounts.Values.First().Repo.Commit.Cid.ToString();
        return WorldAnswer.OfJson(json =>
        {
            if (to < MadeUpRepos) json.WriteString("cursor", $"{to}");
            json.WriteStartArray("repos");
            for (int i = from; i < to; i++)
            {
                json.WriteStartObject();
                json.WriteString("did", SampleIdentity.Plc($"made up {i}"));
                json.WriteString("head", head);
                json.WriteString("rev", "3jzfcijpj2z2a");
                json.WriteBoolean("active", true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private WorldAnswer ListHosts()
    {
        var hosts = Network.Accounts.Values.GroupBy(account => account.Host!.Url.Authority);
        return WorldAnswer.OfJson(json =>
        {
            json.WriteStartArray("hosts");
            foreach (var host in hosts)
            {
                json.WriteStartObject();
                json.WriteString("hostname", host.Key);
                json.WriteNumber("accountCount", host.Count());
                json.WriteNumber("seq", Network.Feed.Last);
                json.WriteString("status", "active");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private WorldAnswer DescribeServer() => WorldAnswer.OfJson(json =>
    {
        json.WriteString("did", "did:web:" + Url.Authority.Replace(
            ":", "%3A", StringComparison.Ordinal));
        json.WriteStartArray("availableUserDomains");
        json.WriteEndArray();
    });

    private WorldAnswer ResolveHandle(string handle)
    {
        var account = Network.Accounts.Values.FirstOrDefault(each => each.Handle == handle);
        return account is null
            ? WorldAnswer.Error(400, "HandleNotFound")
            : WorldAnswer.OfJson(json => json.WriteString("did", account.Did));
    }

    private static WorldAnswer Status(WorldAccount account) => WorldAnswer.OfJson(json =>
    {
        json.WriteString("did", account.Did);
        WriteState(json, account);
        if (account.State == AccountState.Active) json.WriteString("rev", account.Repo.Rev);
    });

    private WorldAnswer Describe(WorldAccount account) => WorldAnswer.OfJson(json =>
    {
        json.WriteString("handle", account.Handle);
        json.WriteString("did", account.Did);
        json.WritePropertyName("didDoc");
        json.WriteRawValue(Network.Document(account.Did));
        json.WriteStartArray("collections");
        foreach (string name in account.Repo.Collections()) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteBoolean("handleIsCorrect", true);
    });

    private static void WriteState(Utf8JsonWriter json, WorldAccount account)
    {
        json.WriteBoolean("active", account.State == AccountState.Active);
        if (account.State.Text() is { } text) json.WriteString("status", text);
    }
}
