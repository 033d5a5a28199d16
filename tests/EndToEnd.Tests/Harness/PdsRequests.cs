namespace EndToEnd.Tests.Harness;

/// <summary>Requests whose answers are read to their end.</summary>
internal static class PdsRequests
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>GET of an XRPC method.</summary>
    public static async Task<PdsAnswer> AskAsync(
        this PdsProcess pds, string nsid, params (string Name, string Value)[] parameters) =>
        await PdsAnswer.ReadAsync(await pds.GetAsync(nsid, parameters));

    /// <summary>Any request, with request headers as given.</summary>
    public static async Task<PdsAnswer> FetchAsync(
        this PdsProcess pds, HttpMethod method, string pathAndQuery,
        params (string Name, string Value)[] headers)
    {
        var response = await pds.SendAsync(method, pathAndQuery, sent =>
        {
            foreach (var (name, value) in headers) sent.TryAddWithoutValidation(name, value);
        });
        return await PdsAnswer.ReadAsync(response);
    }

    /// <summary>GET with the path as it is on the wire: no client cleans it up.</summary>
    public static async Task<RawResponse> FetchRawAsync(
        this PdsProcess pds, string target, string method = "GET", string host = "pds.example")
    {
        using var raw = await pds.ConnectAsync();
        await raw.SendAsync($"{method} {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        return await raw.ReadResponseAsync(toHead: method == "HEAD");
    }

    /// <summary>Asks until the answer is as wanted; what came last is the failure's text.</summary>
    public static async Task<PdsAnswer> AskUntilAsync(
        this PdsProcess pds, Func<PdsAnswer, bool> wanted, string nsid,
        params (string Name, string Value)[] parameters)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var tick = new PeriodicTimer(s_pollEvery);
        while (true)
        {
            var answer = await pds.AskAsync(nsid, parameters);
            if (wanted(answer)) return answer;
            if (late.IsCancellationRequested)
            {
                Assert.Fail($"30 s later still {answer.Status} {answer.Text}\n{pds.Output}");
            }

            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Every item of a paginated list, page after page, until one comes without cursor.</summary>
    public static async Task<List<System.Text.Json.JsonElement>> WalkAsync(
        this PdsProcess pds, string nsid, string list, int pagesMax,
        params (string Name, string Value)[] parameters)
    {
        var items = new List<System.Text.Json.JsonElement>();
        string? cursor = null;
        for (int page = 0; page < pagesMax; page++)
        {
            var answer = cursor is null
                ? await pds.AskAsync(nsid, parameters)
                : await pds.AskAsync(nsid, [.. parameters, ("cursor", cursor)]);
            Assert.True(answer.Status == 200, answer.Text);
            items.AddRange(answer.Json.GetProperty(list).EnumerateArray());
            if (!answer.Json.TryGetProperty("cursor", out var next)) return items;
            cursor = next.GetString();
        }

        Assert.Fail($"{nsid} has not ended after {pagesMax} pages");
        return items;
    }
}
