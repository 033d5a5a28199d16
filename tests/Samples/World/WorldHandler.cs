using System.Net;

namespace Samples.World;

/// <summary>
/// Hosts behind HTTP without a socket, by the authority of their address. Bodies that do not end
/// are streams that do not.
/// </summary>
public sealed class WorldHandler(params WorldHost[] hosts) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var uri = request.RequestUri!;
        var host = Array.Find(hosts, each => each.Url.Authority == uri.Authority)
            ?? throw new HttpRequestException($"there is no {uri.Authority} in this world");
        // Answers come later than they are asked for, as over a network.
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var answer = host.Answer(WorldRequest.Of(uri));
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
}
