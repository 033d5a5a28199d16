using System.Globalization;
using System.Text;

namespace Http.Tests.Support;

/// <summary>
/// Responses as a strict client reads them from a connection's bytes: framing by RFC 9112 §6.3,
/// nothing left over, nothing missing (FormatException otherwise).
/// </summary>
internal sealed record ReceivedResponse(int Status, string Head, string Body)
{
    /// <summary>
    /// All responses; <paramref name="headRequests"/> names the indexes that answer HEAD.
    /// </summary>
    internal static List<ReceivedResponse> ReadAll(string bytes, params int[] headRequests)
    {
        var responses = new List<ReceivedResponse>();
        int index = 0;
        while (bytes.Length > 0)
        {
            var response = ReadOne(ref bytes, headRequests.Contains(index));
            if (response.Status < 200) continue;
            responses.Add(response);
            index++;
        }

        return responses;
    }

    /// <summary>The value of the one header of that name; null when there is none.</summary>
    internal string? Header(string name)
    {
        string? found = null;
        foreach (string line in Head.Split("\r\n")[1..])
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (!line[..colon].Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (found is not null) throw new FormatException($"{name} is there twice");
            found = line[(colon + 2)..];
        }

        return found;
    }

    private static ReceivedResponse ReadOne(ref string bytes, bool answersHead)
    {
        int end = bytes.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || !bytes.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
        {
            throw new FormatException("no response head: " + bytes);
        }

        string head = bytes[..end];
        bytes = bytes[(end + 4)..];
        int status = int.Parse(head.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        var response = new ReceivedResponse(status, head, "");
        if (answersHead || status is < 200 or 204 or 304) return response;
        if (response.Header("Transfer-Encoding") is not null)
        {
            return response with { Body = ReadChunks(ref bytes) };
        }

        int length = response.Header("Content-Length") is { } text
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : bytes.Length;
        if (bytes.Length < length) throw new FormatException("the body ends early");
        string body = bytes[..length];
        bytes = bytes[length..];
        return response with { Body = body };
    }

    private static string ReadChunks(ref string bytes)
    {
        var body = new StringBuilder();
        int position = 0;
        while (true)
        {
            int lineEnd = bytes.IndexOf("\r\n", position, StringComparison.Ordinal);
            if (lineEnd < 0) throw new FormatException("the chunks end early");
            int size = int.Parse(
                bytes.AsSpan(position, lineEnd - position),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture);
            int dataEnd = lineEnd + 2 + size;
            if (bytes.Length < dataEnd + 2 || bytes[dataEnd..(dataEnd + 2)] != "\r\n")
            {
                throw new FormatException("a chunk ends early");
            }

            body.Append(bytes, lineEnd + 2, size);
            position = dataEnd + 2;
            if (size > 0) continue;
            bytes = bytes[position..];
            return body.ToString();
        }
    }
}
