using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Atproto.Multiformats;
using Http.Connections;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Server;

/// <summary>
/// Turns a handler's result into a response: status, body, Content-Type, caching, and the headers
/// that let a page from anywhere read it.
/// </summary>
internal static class AnswerWriter
{
    // Raw UTF-8 instead of escapes; what is written is served as JSON, never as HTML.
    private static readonly JsonWriterOptions s_jsonOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>What the engine's own refusals carry too, so that a page can read them.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> CommonHeaders { get; } =
    [
        new("Access-Control-Allow-Origin", "*"),
        new("Access-Control-Expose-Headers", Encoding.ASCII.GetString(ExposedHeaders)),
        new("Vary", "Accept-Encoding"),
    ];

    // What a page may read beyond the few headers that every page may (Fetch, §3.3.1). By name,
    // since not every browser knows the asterisk here.
    private static ReadOnlySpan<byte> ExposedHeaders =>
        "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Retry-After"u8;

    internal static void Write(in XrpcResult result, HttpRequest request, HttpResponse response)
    {
        if (result.Error is { } error)
        {
            WriteError(error, response);
            return;
        }

        if (result.Messages is { } messages)
        {
            AcceptWebSocket(messages, request, response);
            return;
        }

        // A refusal that a route words itself is not what a client could have kept.
        bool isCached = result.Caching is not CachePolicy.None && response.Status is < 300 or 416;
        if (result.Tag is null) WriteBody(result, response);
        if (isCached && IsNotModified(result, request, response)) return;
        AddCommonHeaders(response);
        AddContentType(result.MediaType, response);
        if (result.Tag is not null) WriteBody(result, response);
        if (IsText(result.MediaType)) BodyCompression.Apply(request, response);
    }

    /// <summary>A refusal; whatever the handler had prepared is dropped.</summary>
    internal static void WriteError(XrpcError error, HttpResponse response)
    {
        response.Reset();
        response.Status = error.Status;
        AddCommonHeaders(response);
        response.AddHeader("Content-Type"u8, "application/json; charset=utf-8"u8);

        // Nobody may remember a refusal of credentials. WWW-Authenticate is left out on purpose:
        // clients would start to refresh their tokens.
        if (error.Status == 401) response.AddHeader("Cache-Control"u8, "no-store"u8);
        if (error == XrpcError.WebSocketVersion)
        {
            response.AddHeader("Sec-WebSocket-Version"u8, "13"u8);
        }

        string message = JsonText.Escape(error.Message);
        string body = $$"""{"error":"{{error.Name}}","message":"{{message}}"}""";
        Encoding.UTF8.GetBytes(body, response.Body);
    }

    /// <summary>The answer to a CORS preflight, the same for every path, existing or not.</summary>
    internal static void WritePreflight(HttpRequest request, HttpResponse response)
    {
        response.Status = 204;
        response.AddHeader("Access-Control-Allow-Origin"u8, "*"u8);

        // Verbs that will be refused are listed too: else a page could not read the refusal.
        response.AddHeader(
            "Access-Control-Allow-Methods"u8, "GET,HEAD,PUT,PATCH,POST,DELETE"u8);
        if (request.TryGetHeader("access-control-request-headers"u8, out var asked))
        {
            response.AddHeader("Access-Control-Allow-Headers"u8, asked);
        }

        response.AddHeader("Access-Control-Max-Age"u8, "86400"u8);
        response.AddHeader("Vary"u8, "Access-Control-Request-Headers"u8);
    }

    private static bool IsText(XrpcMediaType type) =>
        type is XrpcMediaType.Json or XrpcMediaType.Text;

    private static void AddContentType(XrpcMediaType type, HttpResponse response)
    {
        switch (type)
        {
            case XrpcMediaType.Json:
                response.AddHeader("Content-Type"u8, "application/json; charset=utf-8"u8);
                break;
            case XrpcMediaType.Text:
                response.AddHeader("Content-Type"u8, "text/plain; charset=utf-8"u8);
                break;
            case XrpcMediaType.Car:
                response.AddHeader("Content-Type"u8, "application/vnd.ipld.car"u8);
                break;
        }
    }

    // A browser that asked for a subprotocol gives up unless it gets one: any will do.
    private static void AcceptWebSocket(
        IMessageSource messages, HttpRequest request, HttpResponse response)
    {
        var first = request.WebSocketProtocol;
        if (!first.IsEmpty) response.AddHeader("Sec-WebSocket-Protocol"u8, first);
        response.AcceptWebSocket(messages);
    }

    private static void AddCommonHeaders(HttpResponse response)
    {
        response.AddHeader("Access-Control-Allow-Origin"u8, "*"u8);
        response.AddHeader("Access-Control-Expose-Headers"u8, ExposedHeaders);
        response.AddHeader("Vary"u8, "Accept-Encoding"u8);
    }

    /// <summary>
    /// Adds the caching headers, and answers 304 when the client has this very body.
    /// </summary>
    private static bool IsNotModified(
        in XrpcResult result, HttpRequest request, HttpResponse response)
    {
        if (result.Tag is null) request.Turn.Take(response.WrittenBody.Length);
        var cid = result.Tag ?? Cid.Of(CidCodec.Raw, response.WrittenBody);
        Span<byte> buffer = stackalloc byte[EntityTags.BytesMax];
        // What may go out packed as well has one tag for both forms, and so a weak one.
        var tag = EntityTags.Format(cid, isWeak: IsText(result.MediaType), buffer);
        bool known = EntityTags.IsNamedBy(request, tag);
        if (known)
        {
            result.Source?.Dispose();
            result.FileHandle?.Dispose();
            response.Reset();
            response.Status = 304;
            AddCommonHeaders(response);
        }
        else if (response.Status == 416)
        {
            // Not to be kept: the next range may be one that can be had.
            return false;
        }

        response.AddHeader("ETag"u8, tag);
        response.AddHeader("Cache-Control"u8, result.Caching switch
        {
            CachePolicy.Content => "public, max-age=300, must-revalidate"u8,
            CachePolicy.Immutable => "public, max-age=31536000, immutable"u8,
            _ => "public, no-cache"u8,
        });
        return known;
    }

    private static void WriteBody(in XrpcResult result, HttpResponse response)
    {
        if (result.JsonType is { } type)
        {
            using var writer = new Utf8JsonWriter(response.Body, s_jsonOptions);
            JsonSerializer.Serialize(writer, result.JsonValue, type);
        }
        else if (result.Source is { } source)
        {
            response.SendSource(source, result.Length);
        }
        else if (result.FileHandle is { } file)
        {
            response.SendFile(file, result.FileOffset, result.Length ?? 0);
        }
    }
}
