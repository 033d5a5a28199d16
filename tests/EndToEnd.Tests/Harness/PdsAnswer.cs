using System.Text;
using System.Text.Json;

namespace EndToEnd.Tests.Harness;

/// <summary>A response, read to its end.</summary>
internal sealed record PdsAnswer(
    int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The names of the fields of a JSON object, as they come.</summary>
    public string[] Fields => [.. Json.EnumerateObject().Select(pair => pair.Name)];

    /// <summary>Reads the body and disposes the response.</summary>
    public static async Task<PdsAnswer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            byte[] body = await response.Content.ReadAsByteArrayAsync();
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            // Content-Length is only there when it was sent: the client fills it in otherwise.
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            {
                headers[name] = string.Join(", ", values);
            }

            return new PdsAnswer((int)response.StatusCode, headers, body);
        }
    }

    /// <summary>Asserts a refusal, name and message to the letter.</summary>
    public void AssertRefused(int status, string error, string message)
    {
        Assert.Equal(
            (status, error, message),
            (Status, Json.GetProperty("error").GetString(), Json.GetProperty("message").GetString()));
        Assert.Equal(["error", "message"], Fields);
        Assert.Equal("application/json; charset=utf-8", Header("Content-Type"));
        Assert.Equal("*", Header("Access-Control-Allow-Origin"));
    }

    /// <summary>Asserts 200 and this JSON, byte for byte.</summary>
    public void AssertJson(string expected)
    {
        Assert.Equal(expected, Text);
        Assert.Equal(200, Status);
        Assert.Equal("application/json; charset=utf-8", Header("Content-Type"));
        Assert.Equal("*", Header("Access-Control-Allow-Origin"));
    }
}
