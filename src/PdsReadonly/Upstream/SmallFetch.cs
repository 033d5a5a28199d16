using System.Net;
using System.Net.Http;

namespace PdsReadonly.Upstream;

/// <param name="Error">None with a body, or what stands for the status.</param>
/// <param name="Body">Empty unless it was given.</param>
internal readonly record struct SmallAnswer(IdentityError Error, byte[] Body);

/// <summary>
/// Gets small documents from hosts that may be hostile: a body has a limit, an attempt a time-out,
/// attempts are few. Redirects are followed only where wanted, and only to https.
/// </summary>
internal sealed class SmallFetch(HttpClient http, TimeProvider time)
{
    internal const int AttemptsMax = 3;
    internal const int RedirectsMax = 4;

    internal static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_backoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(30);

    internal async Task<SmallAnswer> GetAsync(
        Uri address, int bytesMax, bool followRedirects, CancellationToken cancellation)
    {
        var pause = s_backoff;
        for (int attempt = 1; ; attempt++)
        {
            var (answer, retryAfter) = await TryAsync(
                address, bytesMax, followRedirects ? RedirectsMax : 0, cancellation);
            if (answer.Error != IdentityError.Unreachable || attempt == AttemptsMax) return answer;
            var wanted = retryAfter ?? pause;
            await Task.Delay(wanted < s_pauseMax ? wanted : s_pauseMax, time, cancellation);
            pause *= 2;
        }
    }

    private async Task<(SmallAnswer Answer, TimeSpan? RetryAfter)> TryAsync(
        Uri address, int bytesMax, int redirects, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            timeout.Token, cancellation);
        try
        {
            for (; ; redirects--)
            {
                using var response = await http.GetAsync(
                    address, HttpCompletionOption.ResponseHeadersRead, either.Token);
                if (NextOf(response, address) is { } next)
                {
                    if (redirects == 0) return (new(IdentityError.NotFound, []), null);
                    address = next;
                    continue;
                }

                var error = ErrorOf(response.StatusCode);
                if (error != IdentityError.None)
                {
                    return (new(error, []), WaitOf(response.Headers.RetryAfter));
                }

                return (await ReadAsync(response.Content, bytesMax, either.Token), null);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (new(IdentityError.Unreachable, []), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (new(IdentityError.Unreachable, []), null);
        }
    }

    private static Uri? NextOf(HttpResponseMessage response, Uri address)
    {
        bool isRedirect = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;
        if (!isRedirect || response.Headers.Location is not { } location) return null;
        return Uri.TryCreate(address, location, out var next) && next.Scheme == Uri.UriSchemeHttps
            ? next
            : null;
    }

    private static IdentityError ErrorOf(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => IdentityError.None,
        410 => IdentityError.Tombstoned,
        429 or >= 500 => IdentityError.Unreachable,
        _ => IdentityError.NotFound,
    };

    private TimeSpan? WaitOf(System.Net.Http.Headers.RetryConditionHeaderValue? retry)
    {
        var wait = retry?.Delta ?? (retry?.Date - time.GetUtcNow());
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static async Task<SmallAnswer> ReadAsync(
        HttpContent content, int bytesMax, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > bytesMax) return new(IdentityError.TooLarge, []);
        byte[] body = new byte[Math.Min(bytesMax + 1, 16 * 1024)];
        int length = 0;
        var stream = await content.ReadAsStreamAsync(cancellation);
        while (true)
        {
            int count = await stream.ReadAsync(body.AsMemory(length), cancellation);
            if (count == 0) return new(IdentityError.None, body[..length]);
            length += count;
            if (length > bytesMax) return new(IdentityError.TooLarge, []);
            if (length == body.Length) Array.Resize(ref body, Math.Min(bytesMax + 1, length * 2));
        }
    }
}
