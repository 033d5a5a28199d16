using Http.Connections;
using PdsReadonly.Xrpc.Parameters;

namespace PdsReadonly.Xrpc;

/// <summary>One request on its way to a handler: what the generated code binds from.</summary>
internal readonly ref struct XrpcCall
{
    internal required HttpRequest Request { get; init; }

    internal required HttpResponse Response { get; init; }

    internal required XrpcServices Services { get; init; }

    internal required RequestScratch Scratch { get; init; }

    /// <summary>The raw query, without its question mark and without a fragment.</summary>
    internal required ReadOnlySpan<byte> Query { get; init; }

    /// <summary>Queries take none; looked at once the parameters are known to be right.</summary>
    internal bool HasContent => Request.ContentBytes != 0;
}
