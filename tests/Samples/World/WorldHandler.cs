using System.Net;

namespace Samples.World;

/// <summary>
/// Hosts behind HTTP without a socket, by the authority of their address. Bodies that do not end
/// are streams that do not.
/// </summary>
public sealed class WorldHandler(params WorldHost[] hosts) : HttpMessageHandler
{
    private int _underWay;
    private int _isUnanswered;

    /// <summary>How long an answer takes to come.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// Happens when a request is on its way and no other, and again behind the first answer: so
    /// twice in a round trip, however many requests share it.
    /// </summary>
    public Action OnHalfRoundTrip { get; set; } = static () => { };

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var uri = request.RequestUri!;
        var host = Array.Find(hosts, each => each.Url.Authority == uri.Authority)
            ?? throw new HttpRequestException($"there is no {uri.Authority} in this world");
        var answer = await AnswerAsync(host, WorldRequest.Of(uri), cancellationToken);
        var response = new HttpResponseMessage((HttpStatusCode)answer.Status)
        {
            RequestMessage = request,
            Content = answer.Shape == BodyShape.Whole
                ? new ByteArrayContent(answer.Body)
                : new StreamContent(new OddStream(answer.Body, answer.Shape)),
        };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", answer.ContentType);
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    private async Task<WorldAnswer> AnswerAsync(
        WorldHost host, WorldRequest request, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _underWay) == 1)
        {
            Volatile.Write(ref _isUnanswered, 1);
            OnHalfRoundTrip();
        }

        try
        {
            // Answers come later than they are asked for, as over a network.
            if (Delay > TimeSpan.Zero) await Task.Delay(Delay, cancellation);
            else await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            var answer = host.Answer(request);
            if (Interlocked.Exchange(ref _isUnanswered, 0) == 1) OnHalfRoundTrip();
            return answer;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
