using System.Text;
using Http.Connections;

namespace Http.Tests.Support;

/// <summary>Counts and notes the requests it gets, and answers as a test tells it to.</summary>
internal sealed class ScriptedHandler(Action<HttpRequest, HttpResponse>? answer = null)
    : IRequestHandler
{
    private readonly Action<HttpRequest, HttpResponse> _answer = answer ?? Echo;

    /// <summary>"METHOD path?query content-bytes" of each request, in order.</summary>
    internal List<string> Seen { get; } = [];

    public void Handle(HttpRequest request, HttpResponse response)
    {
        Seen.Add(Describe(request));
        _answer(request, response);
    }

    internal static void Echo(HttpRequest request, HttpResponse response)
    {
        response.AddHeader("Content-Type"u8, "text/plain"u8);
        string text = Describe(request);
        int count = Encoding.Latin1.GetBytes(text, response.Body.GetSpan(text.Length));
        response.Body.Advance(count);
    }

    private static string Describe(HttpRequest request)
    {
        string query = request.Query.IsEmpty ? "" : "?" + Encoding.Latin1.GetString(request.Query);
        return $"{Encoding.Latin1.GetString(request.MethodText)} "
            + $"{Encoding.Latin1.GetString(request.Path)}{query} {request.ContentBytes}";
    }
}
