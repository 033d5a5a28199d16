using System.Text;

namespace PdsReadonly.Tests.Server;

/// <summary>One HTTP response, taken apart: chunks are joined again.</summary>
internal sealed class Answer
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    internal Answer(byte[] bytes)
    {
        int end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        string[] lines = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        Status = int.Parse(lines[0].Split(' ')[1]);
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            // A header that comes twice is a fault of ours, and throws here.
            _headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        byte[] content = bytes[(end + 4)..];
        bool chunked = content.Length > 0 && Header("Transfer-Encoding") == "chunked";
        Bytes = chunked ? Unchunk(content) : content;
        Body = Encoding.UTF8.GetString(Bytes);
    }

    internal int Status { get; }

    internal byte[] Bytes { get; }

    internal string Body { get; }

    /// <summary>The body of a refusal whose message needs no escapes.</summary>
    internal static string Refusal(string name, string message) =>
        $$"""{"error":"{{name}}","message":"{{message}}"}""";

    internal string? Header(string name) => _headers.GetValueOrDefault(name);

    private static byte[] Unchunk(byte[] content)
    {
        var whole = new List<byte>();
        int at = 0;
        while (true)
        {
            int lineEnd = at + content.AsSpan(at).IndexOf("\r\n"u8);
            int length = Convert.ToInt32(Encoding.ASCII.GetString(content[at..lineEnd]), 16);
            if (length == 0) return [.. whole];
            whole.AddRange(content[(lineEnd + 2)..(lineEnd + 2 + length)]);
            at = lineEnd + 2 + length + 2;
        }
    }
}
