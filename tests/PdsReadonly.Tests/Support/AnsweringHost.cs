using System.Net;
using System.Web;
using Atproto.Multiformats;
using Samples;

namespace PdsReadonly.Tests.Support;

/// <summary>How a host answers what it does not have.</summary>
internal enum HostKind
{
    /// <summary>Proofs of absence; blocks all or none; no getRepoCollections.</summary>
    Reference,

    /// <summary>As the reference, and getRepoCollections.</summary>
    Proving,

    /// <summary>Proofs of absence; those blocks that it finds.</summary>
    FindsSome,

    /// <summary>A server's error where a record is absent.</summary>
    FailsOnAbsent,

    /// <summary>404 where a record is absent.</summary>
    DeniesAbsent,

    /// <summary>404 where a record is absent, and no getBlocks.</summary>
    ExportsOnly,

    /// <summary>Proofs of absence; blocks all or none; no exports.</summary>
    NoExports,

    /// <summary>Proofs of absence; the CIDs of blocks in one parameter; no exports.</summary>
    CommaCids,

    /// <summary>Nothing but what it says of itself, which is a lie.</summary>
    Describing,
}

/// <summary>
/// A <see cref="SampleHost"/> behind HTTP, without a socket: it behaves as a kind of host does, and
/// its answers may be changed on their way.
/// </summary>
internal sealed class AnsweringHost(SampleHost host, HostKind kind) : HttpMessageHandler
{
    private readonly HashSet<string> _paths = [.. host.Paths];

    /// <summary>Happens before each answer: the repo may change.</summary>
    internal Action OnRequest { get; set; } = static () => { };

    /// <summary>What becomes of each body.</summary>
    internal Func<string, byte[], byte[]> OnAnswer { get; set; } = static (_, body) => body;

    internal List<string> Methods { get; } = [];

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (Methods) return Task.FromResult(Answer(request));
    }

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        OnRequest();
        string method = request.RequestUri!.Segments[^1];
        Methods.Add(method[(method.LastIndexOf('.') + 1)..]);
        var query = HttpUtility.ParseQueryString(request.RequestUri.Query);
        var (status, body) = (query["did"] ?? query["repo"]) != host.Did
            ? (HttpStatusCode.BadRequest, null)
            : Answer(Methods[^1], query);
        var response = new HttpResponseMessage(status);
        response.Content = new ByteArrayContent(body is null ? [] : OnAnswer(Methods[^1], body));
        return response;
    }

    private (HttpStatusCode Status, byte[]? Body) Answer(
        string method, System.Collections.Specialized.NameValueCollection query)
    {
        switch (method)
        {
            case "describeRepo":
                return (HttpStatusCode.OK, Describe());
            case var _ when kind == HostKind.Describing:
                return (HttpStatusCode.NotImplemented, null);
            case "getRecord":
                return Record($"{query["collection"]}/{query["rkey"]}");
            case "getLatestCommit":
                string latest = $$"""{"cid":"{{host.Commit.Cid}}","rev":"{{host.Rev}}"}""";
                return (HttpStatusCode.OK, System.Text.Encoding.ASCII.GetBytes(latest));
            case "getBlocks" when kind != HostKind.ExportsOnly:
                string[] cids = query.GetValues("cids")!;
                if (kind == HostKind.CommaCids && cids.Length == 1) cids = cids[0].Split(',');
                else if (kind == HostKind.CommaCids) return (HttpStatusCode.BadRequest, null);
                return Blocks(cids);
            case "getRepoCollections" when kind == HostKind.Proving:
                int limit = int.Parse(
                    query["limit"]!, System.Globalization.CultureInfo.InvariantCulture);
                return (HttpStatusCode.OK, host.ProvenPage(query["after"], limit));
            // Records are left out, which no walk reads.
            case "getRepo" when kind is not (HostKind.NoExports or HostKind.CommaCids):
                return (HttpStatusCode.OK, host.ProvenPage());
            default:
                return (HttpStatusCode.NotImplemented, null);
        }
    }

    private (HttpStatusCode Status, byte[]? Body) Record(string path)
    {
        bool isAbsent = !_paths.Contains(path);
        return kind switch
        {
            HostKind.FailsOnAbsent when isAbsent => (HttpStatusCode.InternalServerError, null),
            HostKind.DeniesAbsent or HostKind.ExportsOnly when isAbsent =>
                (HttpStatusCode.NotFound, null),
            _ => (HttpStatusCode.OK, host.Proof(path)),
        };
    }

    private (HttpStatusCode Status, byte[]? Body) Blocks(string[] texts)
    {
        var cids = new List<Cid>();
        foreach (string text in texts)
        {
            byte[] ascii = System.Text.Encoding.ASCII.GetBytes(text);
            if (!Cid.TryParse(ascii, out var cid)) return (HttpStatusCode.BadRequest, null);
            cids.Add(cid);
        }

        if (kind == HostKind.FindsSome) cids.RemoveAll(cid => host.Blocks([cid]) is null);
        byte[]? blocks = host.Blocks(cids);
        return (blocks is null ? HttpStatusCode.BadRequest : HttpStatusCode.OK, blocks);
    }

    private byte[] Describe()
    {
        var names = host.Collections().Append("com.example.invented").Select(name => $"\"{name}\"");
        return System.Text.Encoding.ASCII.GetBytes(
            $$"""{"did":"{{host.Did}}","collections":[{{string.Join(',', names)}}]}""");
    }
}
