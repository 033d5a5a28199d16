using System.Globalization;
using System.Net;
using System.Net.Http;

namespace PdsReadonly.Upstream;

/// <summary>
/// Asks one host, which may be hostile: bodies have a limit, each attempt a time-out, and attempts
/// are few. What the host says about its pace (RateLimit-*, Retry-After) is kept to, within reason.
/// </summary>
/// <remarks>
/// For one thread at a time. The client of HTTP is the caller's; it must not follow redirects, see
/// <see cref="OutboundHandler"/>, and needs no time-out of its own.
/// </remarks>
internal sealed class XrpcClient(HttpClient http, Uri host, TimeProvider time)
{
    internal const int AttemptsMax = 4;

    private const int ChunkBytes = 64 * 1024;

    internal static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan s_backoff = TimeSpan.FromSeconds(1);

    // The reference PDS counts in windows of five minutes.
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromMinutes(5);

    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <summary>Attempts that were made.</summary>
    internal int Requests { get; private set; }

    /// <summary>Of the bodies, as far as they were read.</summary>
    internal long Bytes { get; private set; }

    /// <param name="query">The method with its parameters: "com.atproto.sync.getRepo?did=…".</param>
    /// <param name="bodyBytesMax">A body that is larger is dropped.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    internal async Task<XrpcAnswer> GetAsync(
        string query, int bodyBytesMax, CancellationToken cancellation)
    {
        var answer = new XrpcAnswer(XrpcStatus.Unreachable, []);
        var backoff = s_backoff;
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (attempt > 0)
            {
                await Task.Delay(backoff, time, cancellation);
                backoff *= 2;
            }

            var pause = _notBefore - time.GetUtcNow();
            if (pause > TimeSpan.Zero) await Task.Delay(pause, time, cancellation);
            Requests++;
            answer = await TryAsync(query, bodyBytesMax, cancellation);
            if (answer.Status is not (XrpcStatus.Busy or XrpcStatus.Unreachable)) return answer;
        }

        return answer;
    }

    private async Task<XrpcAnswer> TryAsync(
        string query, int bodyBytesMax, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            timeout.Token, cancellation);
        try
        {
            using var response = await http.GetAsync(
                new Uri(host, "/xrpc/" + query), HttpCompletionOption.ResponseHeadersRead,
                either.Token);
            KeepPace(response);
            int code = (int)response.StatusCode;
            if (code is 429 or (>= 500 and not 501)) return new(XrpcStatus.Busy, []);
            if (code is 404 or 405 or 501) return new(XrpcStatus.NoMethod, []);
            if (response.StatusCode != HttpStatusCode.OK) return new(XrpcStatus.Denied, []);
            return await ReadAsync(response.Content, bodyBytesMax, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(XrpcStatus.Unreachable, []);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(XrpcStatus.Unreachable, []);
        }
    }

    private async Task<XrpcAnswer> ReadAsync(
        HttpContent content, int bodyBytesMax, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > bodyBytesMax) return new(XrpcStatus.TooLarge, []);
        using var body = new MemoryStream();
        byte[] chunk = new byte[ChunkBytes];
        var stream = await content.ReadAsStreamAsync(cancellation);
        while (true)
        {
            int count = await stream.ReadAsync(chunk, cancellation);
            if (count == 0) return new(XrpcStatus.Given, body.ToArray());
            Bytes += count;
            if (body.Length + count > bodyBytesMax) return new(XrpcStatus.TooLarge, []);
            body.Write(chunk, 0, count);
        }
    }

    // Both headers are in seconds: RateLimit-Reset as drafts have it, or as the reference PDS sends
    // it, since 1970.
    private void KeepPace(HttpResponseMessage response)
    {
        var now = time.GetUtcNow();
        var retry = response.Headers.RetryAfter;
        var pause = retry?.Delta ?? (retry?.Date - now) ?? TimeSpan.Zero;
        if (Read(response, "RateLimit-Remaining") == 0
            && Read(response, "RateLimit-Reset") is { } reset)
        {
            if (reset > s_pauseMax.TotalSeconds) reset -= now.ToUnixTimeSeconds();
            long seconds = Math.Clamp(reset, 0, (long)s_pauseMax.TotalSeconds);
            pause = TimeSpan.FromSeconds(Math.Max(seconds, pause.TotalSeconds));
        }

        if (pause > s_pauseMax) pause = s_pauseMax;
        if (pause > TimeSpan.Zero) _notBefore = now + pause;
    }

    private static long? Read(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values)
        && long.TryParse(
            values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;
}
