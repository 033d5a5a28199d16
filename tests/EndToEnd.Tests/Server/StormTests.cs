using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Server;

/// <summary>
/// Clients that mean harm, in numbers: the others are served, and nothing stays behind of them.
/// </summary>
[ClassDataSource<LoadArchive>(Shared = SharedType.PerClass)]
public sealed class StormTests(LoadArchive archive)
{
    private const int SmallBufferBytes = 4096;

    // Readers of two repos stay open for the next that ask: eight of each, of two files.
    private const int IdleReaderDescriptors = 2 * 8 * 2;
    private const string Good = "GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n";

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task SlowHeads_AreAnswered408OrClosed(string transport)
    {
        await using var pds = await PdsProcess.StartAsync(
            archive.Launch(transport, "--head-timeout", "2"));
        var before = await QuietAsync(pds);
        var slow = await ConnectAsync(pds, 300);
        foreach (var raw in slow) await raw.SendAsync("GET /robots.txt HTTP/1.1\r\nHos");
        await AssertServedAsync(pds);

        foreach (var raw in slow)
        {
            string answer = System.Text.Encoding.Latin1.GetString(await raw.ReadToEndAsync());
            if (answer.Length > 0) Assert.StartsWith("HTTP/1.1 408 ", answer, default);
            raw.Dispose();
        }

        await AssertBackAsync(pds, before);
    }

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task StalledReaders_AreResetAndLetGoOfTheirFiles(string transport)
    {
        await using var pds = await PdsProcess.StartAsync(
            archive.Launch(
                transport, "--slow-reader-timeout", "2", "--exports-per-address-max", "200"));
        var before = await QuietAsync(pds);
        var stalled = await ConnectAsync(pds, 100, SmallBufferBytes);
        foreach (var raw in stalled) await raw.SendAsync(archive.Export);
        foreach (var raw in stalled) Assert.Equal(200, (await raw.ReadHeadAsync()).Status);
        await AssertServedAsync(pds);

        // Not one of them has read on: the server lets them go by itself.
        await AssertBackAsync(pds, before);
        foreach (var raw in stalled)
        {
            await Assert.ThrowsAnyAsync<IOException>(raw.ReadToEndAsync);
            raw.Dispose();
        }
    }

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task FewDescriptors_AClientThatIsInIsServedThroughout(string transport)
    {
        const int Attempts = 400;
        await using var pds = await PdsProcess.StartAsync(
            archive.Launch(transport) with { DescriptorsMax = 256 });
        var before = await QuietAsync(pds);
        using var kept = await pds.ConnectAsync();
        var others = new List<RawConnection>();
        while (others.Count < Attempts)
        {
            others.Add(await pds.ConnectAsync());
            if (others.Count % 10 > 0) continue;
            string request = archive.Requests[others.Count / 10 % archive.Requests.Count];
            await kept.SendAsync(request);
            Assert.InRange((await kept.ReadResponseAsync()).Status, 200, 400);
        }

        // Too many by far for one that comes now.
        Assert.Equal(503, (await others[^1].ReadResponseAsync()).Status);
        Assert.InRange(pds.Readings().Descriptors, before.Descriptors, 256);
        await kept.SendAsync(Good);
        Assert.Equal(200, (await kept.ReadResponseAsync()).Status);

        kept.Dispose();
        foreach (var other in others) other.Dispose();
        await AssertBackAsync(pds, before);
    }

    /// <summary>
    /// What the process holds when it has answered every kind of request and has no connection.
    /// </summary>
    private async Task<ProcessReadings> QuietAsync(PdsProcess pds)
    {
        int listeners = pds.Readings().Sockets;
        await AssertServedAsync(pds);
        return await pds.ReadingsUntilAsync(now => now.Sockets == listeners);
    }

    private async Task AssertBackAsync(PdsProcess pds, ProcessReadings before)
    {
        await pds.ReadingsUntilAsync(now =>
            now.Sockets == before.Sockets
            && now.Descriptors <= before.Descriptors + IdleReaderDescriptors);
        await AssertServedAsync(pds);
    }

    /// <summary>A client that has just come gets a long answer, a file and a short one.</summary>
    private async Task AssertServedAsync(PdsProcess pds)
    {
        using var raw = await pds.ConnectAsync();
        foreach (string request in archive.Requests) await raw.SendAsync(request);
        var export = await raw.ReadResponseAsync();
        Assert.Equal((200, archive.ExportBytes), (export.Status, (long)export.Body.Length));
        foreach (string _ in archive.Requests.Skip(1))
        {
            Assert.InRange((await raw.ReadResponseAsync()).Status, 200, 400);
        }
    }

    private static async Task<List<RawConnection>> ConnectAsync(
        PdsProcess pds, int count, int receiveBufferBytes = 0)
    {
        var connections = new List<RawConnection>();
        while (connections.Count < count)
        {
            connections.Add(await pds.ConnectAsync(receiveBufferBytes));
        }

        return connections;
    }
}
