using System.Net;
using System.Net.Sockets;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Upstream;

/// <summary>What a stranger's address can lead us to, over real sockets of this machine.</summary>
public sealed class OutboundHandlerTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public OutboundHandlerTests() => _listener.Start();

    private static CancellationToken Cancellation => TestRun.Cancellation;

    public void Dispose() => _listener.Dispose();

    [Test]
    [Arguments("127.0.0.1")]
    [Arguments("localhost")]
    [Arguments("2130706433")]  // the same as a number, which some resolvers take
    public async Task Get_OfAPrivateAddress_ConnectsToNothing(string host)
    {
        using var http = new HttpClient(OutboundHandler.Create(allowPrivate: false));
        await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => http.GetAsync(UrlOf(host), Cancellation));
        Assert.False(_listener.Pending());
    }

    [Test]
    public async Task Get_WherePrivateAddressesAreAllowed_FollowsNoRedirect()
    {
        using var http = new HttpClient(OutboundHandler.Create(allowPrivate: true));
        var answer = http.GetAsync(UrlOf("127.0.0.1"), Cancellation);
        using (var socket = await _listener.AcceptSocketAsync(Cancellation))
        {
            await socket.ReceiveAsync(new byte[4096], Cancellation);
            await socket.SendAsync(
                "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"u8
                    .ToArray(),
                Cancellation);
            Assert.Equal(HttpStatusCode.Found, (await answer).StatusCode);
        }

        Assert.False(_listener.Pending());
    }

    private Uri UrlOf(string host) =>
        new($"http://{host}:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
}
