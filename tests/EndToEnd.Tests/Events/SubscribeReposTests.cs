using System.Net.WebSockets;
using EndToEnd.Tests.Archive;
using EndToEnd.Tests.Harness;
using Samples;
using Shared;

namespace EndToEnd.Tests.Events;

/// <summary>com.atproto.sync.subscribeRepos over a real WebSocket.</summary>
public sealed class SubscribeReposTests : IDisposable
{
    private const string Invalid = "Invalid com.atproto.sync.subscribeRepos params: ";

    private static readonly string[] s_names = ["a", "b", "c"];

    private readonly TemporaryFolder _cars = new();
    private readonly TemporaryFolder _data = new();

    public void Dispose()
    {
        _cars.Dispose();
        _data.Dispose();
    }

    [Test]
    public async Task NoCursor_IsSilentAndAlive()
    {
        WriteAll(SmallRepo.FirstRev);
        await using var pds = await StartAsync();
        using var client = await EventClient.OpenAsync(pds, "");
        using var empty = await EventClient.OpenAsync(pds, "cursor=");

        Assert.True(await client.IsSilentAsync(pds));
        Assert.True(await empty.IsSilentAsync(pds));
        // Whatever a client says is read and dropped.
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text);
        await client.SendAsync(new byte[3000], WebSocketMessageType.Binary);
        Assert.True(await client.IsSilentAsync(pds));
    }

    [Test]
    [Arguments("cursor=0")]
    [Arguments("cursor=-5")]
    public async Task LowCursor_GivesTheWholeHost(string query)
    {
        WriteAll(SmallRepo.FirstRev);
        await using var pds = await StartAsync();
        using var client = await EventClient.OpenAsync(pds, query);

        var messages = await client.TakeAsync(6);

        Assert.Equal(
            s_names.SelectMany(name => new[]
            {
                $"{name} account active", $"{name} sync {SmallRepo.FirstRev}",
            }),
            messages.Select(Say).Order());
        foreach (var sync in messages.Where(message => message.Type == "#sync"))
        {
            var repo = SmallRepo.Build(NameOf(sync.Did));
            Assert.Equal([repo.CommitCid], SampleCar.Read(sync.Blob("blocks")).Roots);
        }

        Assert.True(await client.IsSilentAsync(pds));
        // Strictly beyond the cursor.
        using var last = await EventClient.OpenAsync(pds, $"cursor={messages[^1].Seq}");
        Assert.True(await last.IsSilentAsync(pds));
        using var other = await EventClient.OpenAsync(pds, $"cursor={messages[^2].Seq}");
        Assert.Equal(messages[^1].Bytes, (await other.NextAsync())!.Bytes);
        await client.CloseAsync();
    }

    [Test]
    public async Task FutureCursor_IsOneErrorAndTheClose()
    {
        WriteAll(SmallRepo.FirstRev);
        await using var pds = await StartAsync();
        using var client = await EventClient.OpenAsync(pds, "cursor=9007199254740991");

        var message = (await client.NextAsync())!;

        Assert.Equal(
            "a1626f7020a2656572726f726c467574757265437572736f72676d657373616765"
            + "75437572736f7220696e20746865206675747572652e",
            Convert.ToHexStringLower(message.Bytes));
        Assert.Null(await client.NextAsync());
        Assert.Equal((1008, "FutureCursor"), client.Close);
    }

    [Test]
    [Arguments("cursor=x", "Expected integer value type (got \"x\")")]
    [Arguments("cursor=1&cursor=2", "Expected integer value type (got [1, 2])")]
    [Arguments(
        "cursor=9007199254740992", "Expected integer value type (got 9007199254740992)")]
    public async Task BadCursor_IsAnErrorInsideTheStream(string query, string issue)
    {
        await using var pds = await StartAsync();
        using var client = await EventClient.OpenAsync(pds, query);

        var message = (await client.NextAsync())!;

        Assert.Equal("InvalidRequest", message.Text("error"));
        Assert.Equal(Invalid + issue, message.Text("message"));
        Assert.Null(await client.NextAsync());
        Assert.Equal((1008, "InvalidRequest"), client.Close);
    }

    [Test]
    public async Task FiftySubscribers_WhileItLoads_SeeIdenticalSequences()
    {
        const int Repos = 300;
        for (int i = 0; i < Repos; i++) SmallRepo.Write(_cars.Location, $"r{i}");
        await using var pds = await StartAsync(untilReady: false);
        var clients = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => EventClient.OpenAsync(pds, "cursor=0")));

        var sequences = await Task.WhenAll(
            clients.Select(async client => await client.TakeAsync(2 * Repos)));

        var first = sequences[0].ConvertAll(message => Convert.ToHexString(message.Bytes));
        Assert.Equal(first.Distinct(), first);
        Assert.All(sequences, sequence => Assert.Equal(
            first, sequence.Select(message => Convert.ToHexString(message.Bytes))));
        foreach (var client in clients) client.Dispose();
    }

    [Test]
    public async Task Restart_OldCursor_GivesWhatCameSince()
    {
        WriteAll(SmallRepo.FirstRev);
        long cursor;
        await using (var pds = await StartAsync())
        {
            using var client = await EventClient.OpenAsync(pds, "cursor=0");
            cursor = (await client.TakeAsync(6))[^1].Seq;
        }

        SmallRepo.Write(_cars.Location, "b", SmallRepo.LaterRev);
        await using var again = await StartAsync();
        using var follower = await EventClient.OpenAsync(again, $"cursor={cursor}");
        var message = (await follower.NextAsync())!;
        Assert.Equal($"b sync {SmallRepo.LaterRev}", Say(message));
        Assert.True(message.Seq > cursor);
        Assert.True(await follower.IsSilentAsync(again));
    }

    [Test]
    public async Task Restart_StatusAndFileChanged_AreAnnounced()
    {
        WriteAll(SmallRepo.FirstRev);
        long cursor;
        await using (var pds = await StartAsync())
        {
            using var client = await EventClient.OpenAsync(pds, "cursor=0");
            cursor = (await client.TakeAsync(6))[^1].Seq;
        }

        File.Delete(_cars["c.car"]);
        await using (var pds = await StartAsync("--status", $"{SmallRepo.DidOf("a")}=takendown"))
        {
            using var client = await EventClient.OpenAsync(pds, $"cursor={cursor}");
            var messages = await client.TakeAsync(2);
            Assert.Equal(
                ["a account takendown", "c account deactivated"], messages.Select(Say));
            cursor = messages[^1].Seq;
            // What was said of its state before is not said any more.
            using var newcomer = await EventClient.OpenAsync(pds, "cursor=0");
            var whole = await newcomer.TakeUntilAsync(message => message.Seq == cursor);
            Assert.Equal(
                [$"b sync {SmallRepo.FirstRev}"],
                whole.Where(message => message.Type == "#sync").Select(Say));
        }

        await using var last = await StartAsync("--status", $"{SmallRepo.DidOf("a")}=active");
        using var follower = await EventClient.OpenAsync(last, $"cursor={cursor}");
        Assert.Equal(
            ["a account active", $"a sync {SmallRepo.FirstRev}"],
            (await follower.TakeAsync(2)).Select(Say));
    }

    [Test]
    public async Task LostDataFolder_OldCursor_GetsInfoThenTheWholeHost()
    {
        WriteAll(SmallRepo.FirstRev);
        long cursor;
        await using (var pds = await StartAsync())
        {
            using var client = await EventClient.OpenAsync(pds, "cursor=0");
            cursor = (await client.TakeAsync(6))[^1].Seq;
        }

        using var fresh = new TemporaryFolder();
        await using var again = await StartIn(fresh);
        using var follower = await EventClient.OpenAsync(again, $"cursor={cursor}");
        var messages = await follower.TakeAsync(7);
        Assert.Equal("info OutdatedCursor", Say(messages[0]));
        Assert.All(messages.Skip(1), message => Assert.True(message.Seq > cursor));
    }

    [Test]
    public async Task Kill_AtAnyMomentOfLoading_LosesAndRepeatsNoNumber()
    {
        const int Repos = 150;
        var random = new SampleRandom(7);
        for (int i = 0; i < Repos; i++) SmallRepo.Write(_cars.Location, $"r{i}");
        var seen = new List<EventMessage>();
        for (int round = 0; round < 12; round++)
        {
            await using var pds = await StartAsync(untilReady: false);
            using var client = await EventClient.OpenAsync(pds, CursorOf(seen));
            // How far it gets is what is random.
            int wanted = Math.Min(random.Below(40), (2 * Repos) - seen.Count);
            seen.AddRange(await client.TakeAsync(wanted));
            await pds.KillAsync();
        }

        await using var last = await StartAsync();
        using var rest = await EventClient.OpenAsync(last, CursorOf(seen));
        seen.AddRange(await rest.TakeAsync((2 * Repos) - seen.Count));
        Assert.True(await rest.IsSilentAsync(last));
        Assert.Equal(seen.Select(e => e.Seq).Order().Distinct(), seen.Select(e => e.Seq));
        Assert.Equal(2 * Repos, seen.Select(e => (e.Did, e.Type)).Distinct().Count());
        using var newcomer = await EventClient.OpenAsync(last, "cursor=0");
        Assert.Equal(
            seen.Select(e => Convert.ToHexString(e.Bytes)),
            (await newcomer.TakeAsync(2 * Repos)).Select(e => Convert.ToHexString(e.Bytes)));
    }

    [Test]
    public async Task Replay_GivesEveryRecordThenTheHead()
    {
        SmallRepo.Write(_cars.Location, "a", count: 450);
        await using var pds = await StartAsync("--replay");
        using var client = await EventClient.OpenAsync(pds, "cursor=0");

        var messages = await client.TakeAsync(5);

        Assert.Equal(
            [
                "a account active", "a commit 200", "a commit 200", "a commit 50",
                $"a sync {SmallRepo.FirstRev}",
            ],
            messages.Select(Say));
        using var again = await EventClient.OpenAsync(pds, $"cursor={messages[1].Seq}");
        Assert.Equal(
            messages.Skip(2).Select(e => Convert.ToHexString(e.Bytes)),
            (await again.TakeAsync(3)).Select(e => Convert.ToHexString(e.Bytes)));
    }

    [Test]
    [Arguments("GET", 426)]
    [Arguments("HEAD", 426)]
    [Arguments("POST", 401)]
    [Arguments("PUT", 400)]
    public async Task WithoutUpgrade_IsRefused(string method, int status)
    {
        await using var pds = await StartAsync();
        var answer = await pds.FetchAsync(new HttpMethod(method), EventClient.Stream);
        Assert.Equal(status, answer.Status);
        if (status == 426) Assert.Equal("websocket", answer.Header("Upgrade"));
        if (method == "GET")
        {
            answer.AssertRefused(426, "UpgradeRequired", "This method is a WebSocket");
        }
    }

    private void WriteAll(string rev)
    {
        foreach (string name in s_names) SmallRepo.Write(_cars.Location, name, rev);
    }

    private Task<PdsProcess> StartAsync(params string[] options) => StartIn(_data, options);

    private Task<PdsProcess> StartAsync(bool untilReady) =>
        PdsProcess.StartAsync(Launch(_data) with { UntilReady = untilReady });

    private Task<PdsProcess> StartIn(TemporaryFolder data, params string[] options) =>
        PdsProcess.StartAsync(Launch(data, options));

    private PdsLaunch Launch(TemporaryFolder data, params string[] options) => new()
    {
        Arguments = ["--car", _cars.Location, .. options],
        DataFolder = data.Location,
    };

    private static string CursorOf(List<EventMessage> seen) =>
        $"cursor={(seen.Count == 0 ? 0 : seen[^1].Seq)}";

    private static string Say(EventMessage message) => message.Summary(NameOf);

    private static string NameOf(string did) =>
        s_names.Single(name => SmallRepo.DidOf(name) == did);
}
