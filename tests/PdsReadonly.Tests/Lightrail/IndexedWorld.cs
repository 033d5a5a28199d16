using System.Net;
using Atproto.Crypto;
using Atproto.Firehose;
using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using PdsReadonly.Tests.Index;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;
using Samples.World;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>
/// Two hosts and a relay of one world, an index of their accounts, and what keeps it: all in one
/// process and without a socket, on a clock that stands until it is moved.
/// </summary>
internal sealed class IndexedWorld : IDisposable
{
    // A repo that does not chain is not proven again before.
    private const long PauseMilliseconds = 10_000;

    private readonly TempFolder _folder = new();
    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "indexed world");
    private readonly HttpClient _http;
    private long _seq;

    internal IndexedWorld(
        Func<LightrailSettings, LightrailSettings>? change = null, int crowd = 0)
    {
        One = new WorldHost(Network, HostTraits.Proving) { Url = new Uri("https://one.example") };
        Two = new WorldHost(Network, HostTraits.Proving) { Url = new Uri("https://two.example") };
        Relay = new WorldHost(Network, HostTraits.Reference)
        {
            IsRelay = true,
            Url = new Uri("https://relay.example"),
        };
        Crowd =
        [
            .. Enumerable.Range(0, crowd).Select(i => new WorldHost(Network, HostTraits.Proving)
            {
                Url = new Uri($"https://crowd{i}.example"),
            }),
        ];
        var settings = new LightrailSettings
        {
            Upstreams = [Relay.Url],
            Plc = Relay.Url,
            CrawlQps = 0,
        };
        Settings = change?.Invoke(settings) ?? settings;
        _http = new HttpClient(
            new Detour(new WorldHandler([One, Two, Relay, .. Crowd]), request => Answer(request)));
        Index = LightrailDatabase.Open(_folder.At("lightrail.sqlite"), Time);
        Identities = new IdentityResolver(_http, Settings.Plc, Time);
        Hosts = new RemoteHosts(Index, _http, _http, Settings, Time);
        Intake = new EventIntake(Index, Identities, Metrics, Time);
    }

    internal FakeTime Time { get; } = new(new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));

    internal WorldNetwork Network { get; } = new();

    internal WorldHost One { get; }

    internal WorldHost Two { get; }

    internal WorldHost Relay { get; }

    /// <summary>Hosts more, where a test needs them.</summary>
    internal WorldHost[] Crowd { get; }

    internal LightrailSettings Settings { get; }

    internal LightrailDatabase Index { get; }

    internal IdentityResolver Identities { get; }

    internal LightrailMetrics Metrics { get; } = new();

    internal RemoteHosts Hosts { get; }

    internal EventIntake Intake { get; }

    /// <summary>Answers in place of a host; null lets that answer.</summary>
    internal Func<HttpRequestMessage, Task<HttpResponseMessage?>> Answer { get; set; } =
        static _ => Task.FromResult<HttpResponseMessage?>(null);

    internal long Now => Time.Now.ToUnixTimeMilliseconds();

    internal Source FromRelay => SourceOf(Relay, isRelay: true);

    internal Source SourceOf(WorldHost host, bool isRelay = false) =>
        new(Hosts.Find(host.Url)!, isRelay);

    internal long IdOf(WorldHost host) => Hosts.Find(host.Url)!.Id;

    /// <summary>A new account with a record in each collection.</summary>
    internal WorldAccount Join(string name, WorldHost host, params string[] collections) =>
        Network.Add(
            new WorldRepo(
                SampleIdentity.Plc(name), _key, collections.Select(each => each + "/self")),
            host);

    /// <summary>One that is known, at its host, and proven.</summary>
    internal WorldAccount JoinProven(string name, WorldHost host, params string[] collections)
    {
        var account = Join(name, host, collections);
        Prove(account);
        return account;
    }

    /// <summary>Has it proven as it is now.</summary>
    internal void Prove(WorldAccount account)
    {
        var did = DidOf(account);
        List(account);
        Identify(account);
        var walk = Intake.Begin(did)!;
        Assert.True(Complete(walk, account, ProofOf(account)));
        Intake.End(walk);
    }

    /// <summary>Has a relay list it.</summary>
    internal void List(params WorldAccount[] accounts)
    {
        var host = Index.FindHost(IdOf(Relay))!;
        var page = new ListReposPage([.. accounts.Select(account => Listed(account))], null);
        Intake.AddListed(host, page, isRelay: true, Time.GetTimestamp());
    }

    internal static ListedRepo Listed(
        WorldAccount account, AccountStatus status = AccountStatus.Active)
    {
        Assert.True(Tid.TryParse(account.Repo.Rev, out var rev));
        return new ListedRepo(DidOf(account), rev, account.Repo.Commit.Cid, status);
    }

    /// <summary>Keeps what its document says.</summary>
    internal void Identify(WorldAccount account)
    {
        Assert.Equal(KeyError.None, DidKey.TryParse(account.Key.DidKey, out var key));
        Index.SetIdentity(DidOf(account), IdOf(account.Host!), key!);
    }

    internal bool Complete(
        Walk walk, WorldAccount account, ProvenCollections proven, int attempts = 1) =>
        Intake.Complete(walk, IdOf(account.Host!), proven, CollectionOrigin.Proof, attempts);

    internal static ProvenCollections ProofOf(WorldAccount account)
    {
        Assert.Null(CollectionProof.Verify(
            account.Repo.ProvenPage(), DidOf(account), null, null, out var proven));
        return proven!;
    }

    /// <summary>Events of a source, in one batch.</summary>
    internal void Take(Source source, params Func<long, byte[]>[] frames)
    {
        var events = new List<StreamEvent>();
        foreach (var frame in frames)
        {
            Assert.True(StreamFrame.TryRead(frame(++_seq), out var message, out _));
            events.Add(message!);
        }

        Intake.Take(source, events);
        Assert.Equal(_seq, Index.PositionOf(source.Name));
    }

    internal static Func<long, byte[]> Commit(WorldCommit commit) =>
        seq => EventFrame.Commit(seq, commit);

    /// <summary>The repo as it is now.</summary>
    internal static Func<long, byte[]> Sync(WorldRepo repo)
    {
        var (rev, commit) = (repo.Rev, repo.Commit);
        return seq => EventFrame.Sync(seq, repo.Did, rev, commit);
    }

    internal static Func<long, byte[]> Status(WorldAccount account, AccountState state) =>
        seq => EventFrame.Account(seq, account.Did, state);

    internal static Func<long, byte[]> Identity(WorldAccount account) =>
        seq => EventFrame.Identity(seq, account.Did, account.Handle);

    internal static Did DidOf(WorldAccount account)
    {
        Assert.True(Did.TryParse(account.Did, out var did));
        return did;
    }

    internal RepoState? StateOf(WorldAccount account) => Index.Find(DidOf(account));

    internal string[] CollectionsOf(WorldAccount account) =>
        [.. Index.CollectionsOf(DidOf(account)).Select(held => held.Name)];

    internal void AssertTruth(WorldAccount account)
    {
        Assert.Equal(
            account.Repo.Collections().Order(StringComparer.Ordinal), CollectionsOf(account));
        Assert.False(StateOf(account)!.NeedsResync);
        Assert.Equal(account.Repo.Rev, StateOf(account)!.Rev.ToString());
    }

    /// <summary>Why it waits to be proven where it is known; null when it does not.</summary>
    internal ResyncReason? TakeReason(WorldAccount account)
    {
        var item = Index.TakeAt(
            Index.FindRepo(DidOf(account))?.HostId ?? 0, Now + PauseMilliseconds);
        if (item is not null) Assert.Equal(DidOf(account), item.Did);
        return item?.Reason;
    }

    internal async Task<Uri?> PdsOfAsync(WorldAccount account)
    {
        var answer = await Identities.ResolveAsync(
            DidOf(account), TestRun.Cancellation);
        return answer.Identity?.Pds;
    }

    /// <summary>Waits for what another thread brings about.</summary>
    internal static async Task UntilAsync(Func<bool> condition)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            Assert.False(late.IsCancellationRequested, "it did not come to that");
            await Task.Delay(2, TestRun.Cancellation);
        }
    }

    internal static HttpResponseMessage Json(string text) =>
        new(HttpStatusCode.OK) { Content = new StringContent(text) };

    public void Dispose()
    {
        Index.Dispose();
        _http.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    private sealed class Detour(
        HttpMessageHandler straight, Func<HttpRequestMessage, Task<HttpResponseMessage?>> answer)
        : DelegatingHandler(straight)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            await answer(request) ?? await base.SendAsync(request, cancellationToken);
    }
}
