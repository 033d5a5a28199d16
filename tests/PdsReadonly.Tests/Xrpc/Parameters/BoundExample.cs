using System.Text;
using Atproto.Multiformats;
using Atproto.Syntax;
using PdsReadonly.Xrpc.Parameters;

namespace PdsReadonly.Tests.Xrpc.Parameters;

/// <summary>
/// Drives the binder as generated code does, for a method with every kind of parameter.
/// </summary>
internal static class BoundExample
{
    private const string Nsid = "com.example.method";

    /// <summary>
    /// The refusal's text, or what was bound as "name=value" with absent ones left out.
    /// </summary>
    internal static string Bind(string query, bool required = false, RequestScratch? scratch = null)
    {
        var parameters = new QueryParameters(
            Encoding.UTF8.GetBytes(query), scratch ?? new RequestScratch());
        GivenValues did = default, repo = default, handle = default, collection = default;
        GivenValues rkey = default, since = default, cid = default, cids = default;
        GivenValues cursor = default, limit = default, reverse = default;
        while (parameters.Read())
        {
            if (parameters.Is("did"u8)) parameters.Take(ref did);
            else if (parameters.Is("repo"u8)) parameters.Take(ref repo);
            else if (parameters.Is("handle"u8)) parameters.Take(ref handle);
            else if (parameters.Is("collection"u8)) parameters.Take(ref collection);
            else if (parameters.Is("rkey"u8)) parameters.Take(ref rkey);
            else if (parameters.Is("since"u8)) parameters.Take(ref since);
            else if (parameters.Is("cid"u8)) parameters.Take(ref cid);
            else if (parameters.Is("cids"u8)) parameters.Take(ref cids);
            else if (parameters.Is("cursor"u8)) parameters.Take(ref cursor);
            else if (parameters.Is("limit"u8)) parameters.TakeInteger(ref limit);
            else if (parameters.Is("reverse"u8)) parameters.TakeBoolean(ref reverse);
        }

        var boundDid = parameters.Checked<Did>(did, "did", "DID", required);
        var boundRepo = parameters.Checked<AtIdentifier>(repo, "repo", "AT identifier", false);
        var boundHandle = parameters.Checked<Handle>(handle, "handle", "handle", false);
        var boundCollection = parameters.Checked<Nsid>(collection, "collection", "NSID", false);
        var boundRkey = parameters.Checked<RecordKey>(rkey, "rkey", "record key", false);
        var boundSince = parameters.Checked<Tid>(since, "since", "TID string", false);
        var boundCid = parameters.Checked<Cid>(cid, "cid", "CID string", false);
        var boundCids = parameters.List<Cid>(cids, "cids"u8, "cids", "CID string", required);
        var boundCursor = parameters.Text(cursor, "cursor", required);
        long? boundLimit = parameters.Integer(limit, "limit", required, 1, 1000);
        bool? boundReverse = parameters.Boolean(reverse, "reverse", required);
        if (parameters.Failed) return parameters.Refusal(Nsid).Message;

        var text = new StringBuilder();
        Append(text, "did", boundDid.ToString());
        Append(text, "repo", boundRepo.ToString());
        Append(text, "handle", boundHandle.ToString());
        Append(text, "collection", boundCollection.ToString());
        Append(text, "rkey", boundRkey.ToString());
        Append(text, "since", boundSince.ToString());
        Append(text, "cid", boundCid.ToString());
        foreach (var item in boundCids) Append(text, "cids", item.ToString());
        Append(text, "cursor", Encoding.UTF8.GetString(boundCursor));
        Append(text, "limit", boundLimit?.ToString() ?? "");
        Append(text, "reverse", boundReverse?.ToString() ?? "");
        return text.ToString();
    }

    /// <summary>The issue alone, of a refusal.</summary>
    internal static string IssueOf(string query, bool required = false)
    {
        string message = Bind(query, required);
        string start = $"Invalid {Nsid} params: ";
        Assert.StartsWith(start, message, StringComparison.Ordinal);
        return message[start.Length..];
    }

    private static void Append(StringBuilder text, string name, string value)
    {
        if (value.Length == 0) return;
        if (text.Length > 0) text.Append(';');
        text.Append(name).Append('=').Append(value);
    }
}
