using System.Net;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Which hosts are asked, and by which way.</summary>
public sealed class RemoteHostsTests : IDisposable
{
    private static readonly Uri s_upstream = new("http://10.0.0.1:2583");

    private readonly FakeTime _time = new(new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TempFolder _folder = new();
    private readonly LightrailDatabase _index;
    private readonly HttpClient _http = new(new Saying("to anyone"));
    private readonly HttpClient _toUpstreams = new(new Saying("to upstreams"));

    public RemoteHostsTests() =>
        _index = LightrailDatabase.Open(_folder.At("lightrail.sqlite"), _time);

    public void Dispose()
    {
        _index.Dispose();
        _http.Dispose();
        _toUpstreams.Dispose();
        _folder.Dispose();
    }

    [Test]
    [Arguments("https://pds.example", false, true)]
    [Arguments("http://pds.example", false, false)]
    [Arguments("http://pds.example", true, true)]
    [Arguments("http://10.0.0.1:2584", false, false)]
    [Arguments("https://user@pds.example", true, false)]
    [Arguments("ftp://pds.example", true, false)]
    [Arguments("file:///etc/passwd", true, false)]
    public void Find_WithoutTlsOnlyWhereThatIsAllowed(string url, bool allowPrivate, bool isFound)
    {
        Assert.Equal(isFound, Of(allowPrivate).Find(new Uri(url)) is not null);
        Assert.Equal(isFound ? 1 : 0, _index.Hosts().Count);
    }

    [Test]
    public void Find_OneOrigin_IsOneHost()
    {
        var hosts = Of();
        var host = hosts.Find(new Uri("https://pds.example/some/path?q"))!;
        Assert.Same(host, hosts.Find(new Uri("https://PDS.example:443")));
        Assert.Same(host, hosts.FindNamed("pds.example"));
        Assert.Same(host, hosts.Find(host.Id));
        Assert.NotSame(host, hosts.Find(new Uri("https://pds.example:444")));
        Assert.Equal("https://pds.example/", host.Url.ToString());
        Assert.Equal(2, hosts.All.Count);
        Assert.Null(hosts.Find(99));
    }

    [Test]
    [Arguments("pds.example", "https://pds.example/")]
    [Arguments("localhost:2583", "http://localhost:2583/")]
    [Arguments("pds.example/xrpc", null)]
    [Arguments("pds.example?query", null)]
    [Arguments("user@pds.example", null)]
    [Arguments("not a name", null)]
    [Arguments("", null)]
    public void FindNamed_OnlyAName(string name, string? expected) =>
        Assert.Equal(expected, Of(allowPrivate: true).FindNamed(name)?.Url.ToString());

    [Test]
    public void FindNamed_WithAPort_HasTlsUnlessThatIsAllowed() => Assert.Equal(
        "https://pds.example:2583/", Of().FindNamed("pds.example:2583")!.Url.ToString());

    [Test]
    public async Task Find_Upstream_MayBeAnywhereWhoeverNamesIt()
    {
        var hosts = Of();
        long id = _index.HostIdOf("http://10.0.0.1:2583");
        // By a repo that is queued, before the upstream itself is followed.
        var byNumber = hosts.Find(id)!;
        Assert.Same(byNumber, hosts.Find(s_upstream));
        Assert.Equal("to upstreams", await AskAsync(byNumber));
        Assert.Equal("to anyone", await AskAsync(hosts.FindNamed("pds.example")!));
    }

    [Test]
    public void Save_WhatWasLearned_IsThereAfterTheNextStart()
    {
        var hosts = Of();
        var host = hosts.Find(new Uri("https://pds.example"))!;
        host.Profile.Deny(Strategy.Proof);
        host.Profile.AddFault();
        hosts.Save(host);
        var again = Of().Find(host.Id)!;
        Assert.NotSame(host, again);
        Assert.Equal([Strategy.Proof], again.Profile.Denied);
        Assert.Equal(1, again.Profile.Faults);
    }

    private RemoteHosts Of(bool allowPrivate = false)
    {
        var settings = new LightrailSettings
        {
            Upstreams = [s_upstream],
            Plc = new Uri("https://plc.example"),
            AllowPrivate = allowPrivate,
        };
        return new RemoteHosts(_index, _http, _toUpstreams, settings, _time);
    }

    private static async Task<string> AskAsync(RemoteHost host)
    {
        var answer = await host.NewClient().GetAsync(
            "com.example.who", 100, TestRun.Cancellation);
        return System.Text.Encoding.ASCII.GetString(answer.Body.Span);
    }

    private sealed class Saying(string text) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(text),
            });
    }
}
