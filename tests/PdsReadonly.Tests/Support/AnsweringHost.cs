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
        OnRequest();
        string method = request.RequestUri!.Segments[^1];
        Methods.Add(method[(method.LastIndexOf('.') + 1)..]);
        var query = HttpUtility.ParseQueryString(request.RequestUri.Query);
        var (status, body) = query["did"] != host.Did
            ? (HttpStatusCode.BadRequest, null)
            : Answer(Methods[^1], query);
        var response = new HttpResponseMessage(status);
        response.Content = new ByteArrayContent(body is null ? [] : OnAnswer(Methods[^1], body));
        return Task.FromResult(response);
    }

    private (HttpStatusCode Status, byte[]? Body) Answer(
        string method, System.Collections.Specialized.NameValueCollection query)
    {
        switch (method)
        {
            case "getRecord":
                return Record($"{query["collection"]}/{query["rkey"]}");
            case "getBlocks" when kind != HostKind.ExportsOnly:
                return Blocks([.. query.GetValues("cids")!.Select(CidOf)]);
            case "getRepoCollections" when kind == HostKind.Proving:
                int limit = int.Parse(
                    query["limit"]!, System.Globalization.CultureInfo.InvariantCulture);
                return (HttpStatusCode.OK, host.ProvenPage(query["after"], limit));
            // Records are left out, which no walk reads.
            case "getRepo" when kind != HostKind.NoExports:
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

    private (HttpStatusCode Status, byte[]? Body) Blocks(Cid[] cids)
    {
        if (kind == HostKind.FindsSome)
        {
            cids = Array.FindAll(cids, cid => host.Blocks([cid]) is not null);
        }

        byte[]? blocks = host.Blocks(cids);
        return (blocks is null ? HttpStatusCode.BadRequest : HttpStatusCode.OK, blocks);
    }

    private static Cid CidOf(string text) =>
        Cid.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out var cid)
            ? cid
            : throw new FormatException(text);
}
