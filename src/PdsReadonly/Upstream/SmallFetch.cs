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

    /// <param name="address">What to get.</param>
    /// <param name="bytesMax">A body that is larger is dropped.</param>
    /// <param name="followRedirects">Whether it may lie elsewhere.</param>
    /// <param name="pace">The host's, where many ask it; null where few do.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    /// <param name="attemptsMax">How often it is asked at most.</param>
    internal async Task<SmallAnswer> GetAsync(
        Uri address, int bytesMax, bool followRedirects, HostPace? pace,
        CancellationToken cancellation, int attemptsMax = AttemptsMax)
    {
        var backoff = s_backoff;
        for (int attempt = 1; ; attempt++)
        {
            bool hasTurn = pace is null || await pace.WaitAsync(cancellation);
            if (!hasTurn) return new SmallAnswer(IdentityError.Unreachable, []);
            var (answer, wanted) = await TryAsync(
                address, bytesMax, followRedirects ? RedirectsMax : 0, cancellation);
            // Of what one of us is told, all of us take note.
            if (wanted > TimeSpan.Zero) pace?.Hold(wanted);
            if (answer.Error != IdentityError.Unreachable || attempt == attemptsMax) return answer;
            var pause = wanted > backoff ? wanted : backoff;
            await Task.Delay(pause < s_pauseMax ? pause : s_pauseMax, time, cancellation);
            backoff *= 2;
        }
    }

    private async Task<(SmallAnswer Answer, TimeSpan Pause)> TryAsync(
        Uri address, int bytesMax, int redirects, CancellationToken cancellation)
    {
        var pause = TimeSpan.Zero;
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
                    if (redirects == 0) return (new(IdentityError.NotFound, []), pause);
                    address = next;
                    continue;
                }

                pause = RateHeaders.PauseOf(response, time.GetUtcNow());
                var error = ErrorOf(response.StatusCode);
                return error == IdentityError.None
                    ? (await ReadAsync(response.Content, bytesMax, either.Token), pause)
                    : (new(error, []), pause);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (new(IdentityError.Unreachable, []), pause);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (new(IdentityError.Unreachable, []), pause);
        }
        catch (InvalidDataException)
        {
            return (new(IdentityError.Malformed, []), pause);
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

    private static async Task<SmallAnswer> ReadAsync(
        HttpContent content, int bytesMax, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > bytesMax) return new(IdentityError.TooLarge, []);
        byte[] body = new byte[Math.Min(bytesMax + 1, 16 * 1024)];
        int length = 0;
        await using var stream = await PackedBody.OpenAsync(content, cancellation);
        if (stream is null) return new(IdentityError.Malformed, []);
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
