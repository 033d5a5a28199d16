using System.Text;

namespace Http.Connections;

/// <summary>
/// The body of an answer that the engine makes itself: a JSON object, error and message.
/// </summary>
internal static class EngineError
{
    internal static void Write(
        HttpResponse response, (byte[] Name, byte[] Value)[] headers, string message)
    {
        response.AddHeader("Content-Type"u8, "application/json; charset=utf-8"u8);
        foreach (var (name, value) in headers) response.AddHeader(name, value);
        // Our own words: ASCII, without anything that JSON would want escaped.
        var body = response.Body;
        Span<byte> text = body.GetSpan(128);
        Encoding.ASCII.TryGetBytes(
            $"{{\"error\":\"{NameOf(response.Status)}\",\"message\":\"{message}\"}}",
            text,
            out int count);
        body.Advance(count);
    }

    internal static byte[] TooManyConnections(
        IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        string body = $"{{\"error\":\"{NameOf(503)}\",\"message\":\"Too many connections\"}}";
        string extra = string.Concat(headers.Select(header => $"{header.Key}: {header.Value}\r\n"));
        return Encoding.ASCII.GetBytes(
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 10\r\n"
            + "Content-Type: application/json; charset=utf-8\r\n"
            + $"Content-Length: {body.Length}\r\n{extra}\r\n{body}");
    }

    private static string NameOf(int status) => status switch
    {
        429 => "RateLimitExceeded",
        500 => "InternalServerError",
        501 => "MethodNotImplemented",
        503 => "NotEnoughResources",
        _ => "InvalidRequest",
    };
}
