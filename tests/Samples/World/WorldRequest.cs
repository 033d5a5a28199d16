using System.Collections.Specialized;
using System.Globalization;
using System.Web;

namespace Samples.World;

/// <summary>A request as hosts of this world see it.</summary>
/// <param name="Path">"/xrpc/com.atproto.sync.getRepo", or "/did:plc:…" of a directory.</param>
/// <param name="Query">Its parameters, decoded.</param>
public sealed record WorldRequest(string Path, NameValueCollection Query)
{
    private const string Prefix = "/xrpc/";

    public static WorldRequest Of(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return new WorldRequest(uri.AbsolutePath, HttpUtility.ParseQueryString(uri.Query));
    }

    /// <summary>"com.atproto.sync.getRepo"; empty when it is for no method.</summary>
    public string Nsid =>
        Path.StartsWith(Prefix, StringComparison.Ordinal) ? Path[Prefix.Length..] : "";

    /// <summary>"getRepo".</summary>
    public string Method => Nsid[(Nsid.LastIndexOf('.') + 1)..];

    public string this[string name] => Query[name] ?? "";

    public int Number(string name, int fallback) =>
        int.TryParse(Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : fallback;
}
