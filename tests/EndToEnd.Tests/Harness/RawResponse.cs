using System.Globalization;
using System.Text;

namespace EndToEnd.Tests.Harness;

/// <summary>A response as it stood on the wire.</summary>
internal sealed record RawResponse(
    string StatusLine, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public int Status => int.Parse(StatusLine.Split(' ')[1], CultureInfo.InvariantCulture);

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>
    /// The one value of a header; null without it, an error if it is there twice.
    /// </summary>
    public string? Header(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value)
            .SingleOrDefault();
}
