using System.Net;
using Http.Messages;

namespace Http.Connections;

/// <summary>One request as the handler sees it. Spans point into the connection's receive buffer.</summary>
public sealed class HttpRequest
{
    public HttpMethod Method { get; internal set; }

    /// <summary>The method as sent, case kept.</summary>
    public ReadOnlySpan<byte> MethodText => default;

    /// <summary>The target's path, not percent-decoded, from its first slash up to the query.</summary>
    public ReadOnlySpan<byte> Path => default;

    /// <summary>The raw query without its question mark; empty when there is none.</summary>
    public ReadOnlySpan<byte> Query => default;

    /// <summary>The Host header, or the authority of an absolute target.</summary>
    public ReadOnlySpan<byte> Host => default;

    /// <summary>Bytes of content the request carried or announced; they were drained or refused.</summary>
    public long ContentBytes { get; internal set; }

    public IPAddress? RemoteAddress { get; internal set; }

    /// <summary>The first header of that name; <paramref name="lowerCaseName"/> is lower-case ASCII.</summary>
    public bool TryGetHeader(ReadOnlySpan<byte> lowerCaseName, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }
}
