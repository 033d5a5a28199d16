using System.Net.Http;
using System.Text.Json;

namespace PdsReadonly.Upstream;

/// <summary>
/// Asks one host, which may be hostile: bodies have a limit and a least pace, waiting has a
/// time-out, and attempts are few. What the host says about its pace is kept to.
/// </summary>
/// <remarks>
/// For any thread: requests may be under way at once. The client of HTTP is the caller's; it must
/// not follow redirects, see <see cref="OutboundHandler"/>, and needs no time-out of its own.
/// </remarks>
internal sealed class XrpcClient(HttpClient http, Uri host, HostPace pace, TimeProvider time)
{
    internal const int AttemptsMax = 4;

    /// <summary>A host that fails for good should cost no more than that.</summary>
    internal const int FailuresMax = 2;

    /// <summary>Bytes a second that a body has to come with, once it had a time to begin.</summary>
    internal const int BytesPerSecondMin = 4 * 1024;

    // A record of TLS has no more, so no read brings more.
    private const int PieceBytes = 16 * 1024;

    private const int ErrorBytesMax = 8 * 1024;
    private const int ErrorNameLengthMax = 64;

    /// <summary>Until an answer begins, and between two pieces of its body.</summary>
    internal static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan s_slowStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_backoff = TimeSpan.FromSeconds(1);

    private int _requests;
    private long _bytes;
    private volatile bool _hasAnswered;

    internal Uri Host => host;

    /// <summary>The time-out until the host has answered once.</summary>
    internal TimeSpan FirstTimeout { get; init; } = AttemptTimeout;

    /// <summary>How often it is asked at most until it has answered once.</summary>
    internal int FirstAttemptsMax { get; init; } = AttemptsMax;

    /// <summary>Called with the count of bytes that came, of any body.</summary>
    internal Action<int>? Arrived { get; init; }

    internal TimeProvider Time => time;

    /// <summary>Attempts that were made.</summary>
    internal int Requests => Volatile.Read(ref _requests);

    /// <summary>Of the bodies, as far as they were read.</summary>
    internal long Bytes => Interlocked.Read(ref _bytes);

    /// <param name="query">The method with its parameters: "com.atproto.sync.getRepo?did=".</param>
    /// <param name="bodyBytesMax">A body that is larger is dropped.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    internal Task<XrpcAnswer> GetAsync(
        string query, int bodyBytesMax, CancellationToken cancellation) =>
        GetWholeAsync(query, new WholeBody(bodyBytesMax), cancellation);

    /// <summary>The same, with the body where the caller wants it.</summary>
    internal async Task<XrpcAnswer> GetWholeAsync(
        string query, WholeBody body, CancellationToken cancellation)
    {
        var answer = await GetAsync(query, body, cancellation);
        return answer.Status == XrpcStatus.Given ? answer with { Body = body.Bytes } : answer;
    }

    /// <summary>The same, with the body handed on while it arrives.</summary>
    internal async Task<XrpcAnswer> GetAsync(
        string query, IBodySink body, CancellationToken cancellation)
    {
        var backoff = s_backoff;
        for (int attempt = 1; ; attempt++)
        {
            if (!await pace.WaitAsync(cancellation)) return new XrpcAnswer(XrpcStatus.Busy);
            Interlocked.Increment(ref _requests);
            var answer = await TryAsync(query, body, backoff, cancellation);
            int most = _hasAnswered ? AttemptsMax : FirstAttemptsMax;
            bool isHopeful = answer.Status is XrpcStatus.Busy or XrpcStatus.Unreachable
                || (answer.Status == XrpcStatus.Failed && attempt < FailuresMax);
            if (!isHopeful || attempt == most) return answer;
            // Not all who were turned away at once should come back at once.
            await Task.Delay(backoff * (0.5 + Random.Shared.NextDouble()), time, cancellation);
            backoff *= 2;
        }
    }

    private async Task<XrpcAnswer> TryAsync(
        string query, IBodySink body, TimeSpan backoff, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(
            _hasAnswered ? AttemptTimeout : FirstTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            timeout.Token, cancellation);
        try
        {
            using var response = await http.GetAsync(
                new Uri(host, "/xrpc/" + query), HttpCompletionOption.ResponseHeadersRead,
                either.Token);
            int code = (int)response.StatusCode;
            _hasAnswered = true;
            var pause = RateHeaders.PauseOf(response, time.GetUtcNow());
            // Of what one of us is told, all of us take note.
            if (code == 429 && pause < backoff) pause = backoff / 2;
            if (pause > TimeSpan.Zero) pace.Hold(pause);
            var status = StatusOf(code);
            if (status == XrpcStatus.Given)
            {
                status = await ReadAsync(response.Content, body, timeout, either.Token);
                return new XrpcAnswer(status) { Code = code };
            }

            var error = new WholeBody(ErrorBytesMax);
            await ReadAsync(response.Content, error, timeout, either.Token);
            return new XrpcAnswer(status) { Code = code, Error = NameIn(error.Bytes) };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(XrpcStatus.Unreachable);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(XrpcStatus.Unreachable);
        }
        catch (InvalidDataException)
        {
            return new(XrpcStatus.Unpackable);
        }
    }

    private static XrpcStatus StatusOf(int code) => code switch
    {
        200 => XrpcStatus.Given,
        404 or 405 or 501 => XrpcStatus.NoMethod,
        500 => XrpcStatus.Failed,
        429 or > 500 => XrpcStatus.Busy,
        _ => XrpcStatus.Denied,
    };

    private async Task<XrpcStatus> ReadAsync(
        HttpContent content, IBodySink body, CancellationTokenSource timeout,
        CancellationToken cancellation)
    {
        body.Begin();
        if (content.Headers.ContentLength > body.BytesMax) return XrpcStatus.TooLarge;
        long bytesMax = PackedBody.IsPacked(content)
            ? Math.Min(body.BytesMax, PackedBody.UnpackedBytesMax)
            : body.BytesMax;
        byte[] piece = new byte[PieceBytes];
        long start = time.GetTimestamp();
        long length = 0;
        await using var stream = await PackedBody.OpenAsync(content, cancellation);
        if (stream is null) return XrpcStatus.Unpackable;
        while (true)
        {
            timeout.CancelAfter(AttemptTimeout);
            int count = await stream.ReadAsync(piece, cancellation);
            if (count == 0) return XrpcStatus.Given;
            Interlocked.Add(ref _bytes, count);
            Arrived?.Invoke(count);
            length += count;
            if (length > bytesMax) return XrpcStatus.TooLarge;
            if (!body.Take(piece.AsSpan(0, count))) return XrpcStatus.Stopped;
            var spent = time.GetElapsedTime(start) - s_slowStart;
            if (spent.TotalSeconds * BytesPerSecondMin > length) return XrpcStatus.TooSlow;
        }
    }

    // { "error": "RepoNotFound", "message": "…" }, of which only a name is let through.
    private static string? NameIn(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            bool isNamed = json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.String;
            string name = isNamed ? json.RootElement.GetProperty("error").GetString()! : "";
            bool isName = name.Length is > 0 and <= ErrorNameLengthMax
                && name.All(char.IsAsciiLetterOrDigit);
            return isName ? name : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
