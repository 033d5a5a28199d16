using System.Net;
using System.Text;
using Atproto.Crypto;
using Atproto.Identity;
using Atproto.Syntax;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Identities looked up at hosts and name servers that may say anything.</summary>
public sealed class IdentityResolverTests : IAsyncDisposable
{
    private const string Plc = "https://plc.example";
    private const string HandleFile = "https://alice.test/.well-known/atproto-did";
    private const string WebFile = "https://alice.test/.well-known/did.json";

    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.K256, "resolver");
    private readonly string _did = SampleIdentity.Plc("resolver");
    private readonly ImpatientTime _time = new(SmallFetch.AttemptTimeout);
    private readonly FakeNameServer _names = new();
    private readonly Files _files = new();
    private readonly HttpClient _http;
    private readonly IdentityResolver _resolver;
    private readonly Handle _handle;

    public IdentityResolverTests()
    {
        Assert.True(Handle.TryParse("alice.test", out _handle));
        _http = new HttpClient(_files);
        _names.OnDatagram = query => [new DnsAnswer(query, 0x8183).ToBytes()];
        _resolver = new IdentityResolver(_http, new Uri(Plc), _time)
        {
            Dns = new DnsTxt([_names.Address], TimeProvider.System),
        };
    }

    private string Entry => $"{Plc}/{_did}";

    public async ValueTask DisposeAsync()
    {
        await _names.DisposeAsync();
        _http.Dispose();
        _files.Dispose();
        _key.Dispose();
    }

    [Test]
    public async Task Resolve_Plc_GivesWhatTheDocumentSays()
    {
        _files.Put(Entry, Document(_did));
        var (error, identity) = await ResolveAsync(_did);
        Assert.Equal(IdentityError.None, error);
        Assert.Equal(new Uri("https://pds.example"), identity!.Pds);
        Assert.Equal(_handle, identity.Handle);
        Assert.Equal(_key.DidKey, DidKey.Format(identity.Key!));
    }

    [Test]
    public async Task Resolve_Web_AsksTheHost()
    {
        _files.Put(WebFile, Document("did:web:alice.test"));
        Assert.Equal(IdentityError.None, (await ResolveAsync("did:web:alice.test")).Error);
    }

    [Test]
    public async Task Resolve_EmptyDocument_IsAnIdentityOfNothing()
    {
        _files.Put(Entry, $$"""{"id":"{{_did}}"}""");
        var (error, identity) = await ResolveAsync(_did);
        Assert.Equal(IdentityError.None, error);
        Assert.Equal((null, null, null), (identity!.Pds, identity.Key, identity.Handle));
    }

    [Test]
    [Arguments("did:web:alice.test:path")]
    [Arguments("did:web:localhost%3A80")]
    [Arguments("did:key:zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF")]
    public async Task Resolve_OtherKinds_AskNobody(string did)
    {
        Assert.Equal(IdentityError.Unsupported, (await ResolveAsync(did)).Error);
        Assert.Empty(_files.Asked);
    }

    [Test]
    [Arguments(404, IdentityError.NotFound, 1)]
    [Arguments(400, IdentityError.NotFound, 1)]
    [Arguments(302, IdentityError.NotFound, 1)]
    [Arguments(410, IdentityError.Tombstoned, 1)]
    [Arguments(429, IdentityError.Unreachable, SmallFetch.AttemptsMax)]
    [Arguments(503, IdentityError.Unreachable, SmallFetch.AttemptsMax)]
    internal async Task Resolve_EachStatus(int status, IdentityError expected, int requests)
    {
        _files.Put(Entry, () => new HttpResponseMessage((HttpStatusCode)status));
        Assert.Equal(expected, (await ResolveAsync(_did)).Error);
        Assert.Equal(requests, _files.Asked.Count);
    }

    [Test]
    public async Task Resolve_BusyForAWhile_IsWaitedFor()
    {
        int count = 0;
        _files.Put(Entry, () =>
        {
            if (count++ > 0) return Answer(Document(_did));
            var busy = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            busy.Headers.Add("Retry-After", "10");
            return busy;
        });
        Assert.Equal(IdentityError.None, (await ResolveAsync(_did)).Error);
        Assert.Equal([TimeSpan.FromSeconds(10)], _time.Delays);
    }

    [Test]
    public async Task Resolve_DirectoryWhoseRateIsSpent_IsLeftAlone()
    {
        _files.Put(Entry, () =>
        {
            var last = Answer(Document(_did));
            last.Headers.Add("RateLimit-Remaining", "0");
            last.Headers.Add("RateLimit-Reset", "12");
            return last;
        });
        Assert.Equal(IdentityError.None, (await ResolveAsync(_did)).Error);
        Assert.Empty(_time.Delays);
        await ResolveAsync(SampleIdentity.Plc("the next"));
        Assert.Equal([TimeSpan.FromSeconds(12)], _time.Delays);
    }

    [Test]
    public async Task Resolve_DirectoryThatWantsAnHour_IsUnreachableAtOnce()
    {
        var pace = new HostPace(0, _time);
        pace.Hold(TimeSpan.FromHours(1));
        var resolver = new IdentityResolver(_http, new Uri(Plc), _time) { PlcPace = pace };
        Assert.True(Did.TryParse(_did, out var did));
        var answer = await resolver.ResolveAsync(did, TestRun.Cancellation);
        Assert.Equal(IdentityError.Unreachable, answer.Error);
        Assert.Empty(_files.Asked);
    }

    [Test]
    public async Task Resolve_Broken_IsUnreachableAndNotRemembered()
    {
        _files.Put(Entry, () => throw new HttpRequestException("reset"));
        Assert.Equal(IdentityError.Unreachable, (await ResolveAsync(_did)).Error);
        _files.Put(Entry, Document(_did));
        Assert.Equal(IdentityError.None, (await ResolveAsync(_did)).Error);
    }

    [Test]
    [Arguments("not json")]
    [Arguments("[]")]
    [Arguments("""{"id":"did:plc:somebodyelse"}""")]
    [Arguments("")]
    public async Task Resolve_NoDocumentOfTheDid_IsMalformed(string body)
    {
        _files.Put(Entry, body);
        Assert.Equal(IdentityError.Malformed, (await ResolveAsync(_did)).Error);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Resolve_BodyOverTheLimit_IsTooLarge(bool isAnnounced)
    {
        string body = Document(_did) + new string(' ', DidDocument.BytesMax);
        _files.Put(Entry, () => isAnnounced ? Answer(body) : new HttpResponseMessage
        {
            Content = new StreamContent(new Unannounced(Encoding.UTF8.GetBytes(body))),
        });
        Assert.Equal(IdentityError.TooLarge, (await ResolveAsync(_did)).Error);
    }

    [Test]
    public async Task Resolve_BodyAtTheLimit_IsRead()
    {
        _files.Put(Entry, Document(_did).PadRight(DidDocument.BytesMax));
        Assert.Equal(IdentityError.None, (await ResolveAsync(_did)).Error);
    }

    [Test]
    public async Task Resolve_Again_AsksOnceAnHourUnlessForgotten()
    {
        _files.Put(Entry, Document(_did));
        await ResolveAsync(_did);
        await ResolveAsync(_did);
        Assert.Single(_files.Asked);
        Assert.True(Did.TryParse(_did, out var did));
        _resolver.Forget(did);
        await ResolveAsync(_did);
        Assert.Equal(2, _files.Asked.Count);
    }

    [Test]
    public async Task ResolveHandle_ByDns_IsTheAccount()
    {
        _files.Put(Entry, Document(_did));
        AnswerTexts("v=spf1 -all", "did=" + _did);
        var (error, identity) = await ResolveHandleAsync();
        Assert.Equal((IdentityError.None, _did), (error, identity!.Did.ToString()));
        Assert.Equal([Entry], _files.Asked);
    }

    [Test]
    [Arguments("")]
    [Arguments("\n")]
    [Arguments("  \r\nmore")]
    public async Task ResolveHandle_ByFile_IsTheAccount(string end)
    {
        _files.Put(Entry, Document(_did));
        _files.Put(HandleFile, _did + end);
        Assert.Equal(IdentityError.None, (await ResolveHandleAsync()).Error);
    }

    [Test]
    public async Task ResolveHandle_NoNameServer_AsksTheHost()
    {
        _names.OnDatagram = query => [new DnsAnswer(query, 0x8182).ToBytes()];
        _files.Put(Entry, Document(_did));
        _files.Put(HandleFile, _did);
        Assert.Equal(IdentityError.None, (await ResolveHandleAsync()).Error);
    }

    [Test]
    [Arguments("https://other.test/file", true)]
    [Arguments("/elsewhere", true)]
    [Arguments("http://other.test/file", false)]
    [Arguments(HandleFile, false)]  // for ever
    public async Task ResolveHandle_Redirect_IsFollowedToHttps(string target, bool isFound)
    {
        _files.Put(Entry, Document(_did));
        _files.Put("https://other.test/file", _did);
        _files.Put("https://alice.test/elsewhere", _did);
        _files.Put(HandleFile, () =>
        {
            var moved = new HttpResponseMessage(HttpStatusCode.Found);
            moved.Headers.Location = new Uri(target, UriKind.RelativeOrAbsolute);
            return moved;
        });
        var expected = isFound ? IdentityError.None : IdentityError.NotFound;
        Assert.Equal(expected, (await ResolveHandleAsync()).Error);
        Assert.InRange(_files.Asked.Count, 1, SmallFetch.RedirectsMax + 1);
    }

    [Test]
    public async Task ResolveHandle_SeveralDids_IsAmbiguous()
    {
        AnswerTexts("did=" + _did, "did=did:plc:another");
        Assert.Equal(IdentityError.Ambiguous, (await ResolveHandleAsync()).Error);
        Assert.Empty(_files.Asked);
    }

    [Test]
    public async Task ResolveHandle_SameDidTwice_IsTheAccount()
    {
        _files.Put(Entry, Document(_did));
        AnswerTexts("did=" + _did, "did=" + _did);
        Assert.Equal(IdentityError.None, (await ResolveHandleAsync()).Error);
    }

    [Test]
    [Arguments("<html>")]
    [Arguments("")]
    [Arguments("\ndid:plc:x")]
    public async Task ResolveHandle_FileWithoutDid_IsMalformed(string body)
    {
        _files.Put(HandleFile, body);
        Assert.Equal(IdentityError.Malformed, (await ResolveHandleAsync()).Error);
    }

    [Test]
    public async Task ResolveHandle_LargeFile_IsTooLarge()
    {
        _files.Put(HandleFile, _did + new string(' ', 5000));
        Assert.Equal(IdentityError.TooLarge, (await ResolveHandleAsync()).Error);
    }

    [Test]
    public async Task ResolveHandle_NowhereNamed_IsNotFound() =>
        Assert.Equal(IdentityError.NotFound, (await ResolveHandleAsync()).Error);

    [Test]
    public async Task ResolveHandle_DocumentOfAnotherHandle_IsAMismatch()
    {
        _files.Put(Entry, Document(_did, "bob.test"));
        AnswerTexts("did=" + _did);
        var (error, identity) = await ResolveHandleAsync();
        Assert.Equal(IdentityError.HandleMismatch, error);
        Assert.Equal(_did, identity!.Did.ToString());
    }

    [Test]
    [Arguments("alice.local")]
    [Arguments("alice.onion")]
    [Arguments("handle.invalid")]
    public async Task ResolveHandle_ReservedName_AsksNobody(string name)
    {
        Assert.True(Handle.TryParse(name, out var handle));
        var answer = await _resolver.ResolveHandleAsync(
            handle, TestRun.Cancellation);
        Assert.Equal(IdentityError.NotFound, answer.Error);
        Assert.Equal((0, 0), (_names.Datagrams, _files.Asked.Count));
    }

    [Test]
    public void Describe_EachError_HasWords()
    {
        foreach (var error in Enum.GetValues<IdentityError>().Where(e => e != IdentityError.None))
        {
            Assert.NotEmpty(error.Describe());
        }
    }

    private static HttpResponseMessage Answer(string body) =>
        new() { Content = new StringContent(body) };

    private string Document(string did, string handle = "alice.test") => Encoding.UTF8.GetString(
        SampleIdentity.Document(did, handle, _key, "https://pds.example"));

    private void AnswerTexts(params string[] texts) => _names.OnDatagram = query =>
        [texts.Aggregate(new DnsAnswer(query), (answer, text) => answer.AddText(text)).ToBytes()];

    private Task<IdentityAnswer> ResolveAsync(string text)
    {
        Assert.True(Did.TryParse(text, out var did));
        return _resolver.ResolveAsync(did, TestRun.Cancellation);
    }

    private Task<IdentityAnswer> ResolveHandleAsync() =>
        _resolver.ResolveHandleAsync(_handle, TestRun.Cancellation);

    /// <summary>Hosts of a few files; everything else is 404.</summary>
    private sealed class Files : HttpMessageHandler
    {
        private readonly Dictionary<string, Func<HttpResponseMessage>> _files = [];

        internal List<string> Asked { get; } = [];

        internal void Put(string address, Func<HttpResponseMessage> answer) =>
            _files[address] = answer;

        internal void Put(string address, string body) => Put(address, () => Answer(body));

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.AbsoluteUri);
            return Task.FromResult(_files.TryGetValue(Asked[^1], out var answer)
                ? answer()
                : new HttpResponseMessage(HttpStatusCode.NotFound));
        }
    }

    /// <summary>A body whose length nobody tells beforehand.</summary>
    private sealed class Unannounced(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
