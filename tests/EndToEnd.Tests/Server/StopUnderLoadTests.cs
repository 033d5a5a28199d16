using EndToEnd.Tests.Events;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Server;

/// <summary>
/// SIGTERM in the midst of answers of every kind: each that a client gets is whole, or visibly cut.
/// </summary>
[ClassDataSource<LoadArchive>(Shared = SharedType.PerClass)]
public sealed class StopUnderLoadTests(LoadArchive archive)
{
    private const int Sigterm = 15;
    private const int Rounds = 6;
    private const int Clients = 30;
    private const int AnswersMax = 600;
    private const int SmallBufferBytes = 4096;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task Sigterm_UnderLoad_EveryAnswerIsWholeOrCut(string transport)
    {
        ulong seed = Seed();
        Console.WriteLine($"seed {seed} (PDS_TEST_SEED)");
        var random = new SampleRandom(seed);
        for (int round = 0; round < Rounds; round++) await StopAsync(transport, random);
    }

    [Test]
    [Arguments("epoll")]
    [Arguments("sockets")]
    public async Task Sigterm_ReaderThatStalls_IsCutAfterTheGrace(string transport)
    {
        await using var pds = await PdsProcess.StartAsync(archive.Launch(transport));
        using var stalled = await pds.ConnectAsync(SmallBufferBytes);
        await stalled.SendAsync(archive.Export);
        Assert.Equal(200, (await stalled.ReadHeadAsync()).Status);

        Assert.Equal(0, await pds.StopAsync());

        await Assert.ThrowsAnyAsync<IOException>(stalled.ReadToEndAsync);
    }

    private async Task StopAsync(string transport, SampleRandom random)
    {
        await using var pds = await PdsProcess.StartAsync(archive.Launch(transport));
        var known = await AskAllAsync(pds);
        string[] cursors = ["cursor=0", "cursor=0", "", ""];
        var subscribers = await Task.WhenAll(
            cursors.Select(cursor => EventClient.OpenAsync(pds, cursor)));
        var ends = Task.WhenAll(subscribers.Select(ReadToEndAsync));

        var reached = new TaskCompletionSource(
            TaskCreationOptions.RunContinuationsAsynchronously);
        int left = 1 + random.Below(AnswersMax);
        var clients = new List<LoadClient>();
        for (int i = 0; i < Clients; i++)
        {
            clients.Add(new LoadClient(await pds.ConnectAsync(), known, random.Next(), () =>
            {
                if (Interlocked.Decrement(ref left) == 0) reached.SetResult();
            }));
        }

        var runs = Task.WhenAll(clients.Select(client => client.RunAsync()));
        await Task.WhenAny(reached.Task, runs).WaitAsync(s_limit);
        pds.Signal(Sigterm);

        await runs.WaitAsync(s_limit);
        Console.WriteLine(
            $"{transport}: {clients.Count(client => client.WasTold)} told, "
            + $"{clients.Count(client => client.WasCut)} cut");
        // A connection is never ended by itself between two answers before it was asked to.
        Assert.True(reached.Task.IsCompleted);
        Assert.All(await ends, end => Assert.Equal((1001, "the server stops"), end));
        Assert.Equal(0, await pds.StopAsync());
    }

    private async Task<List<(string Request, RawResponse Answer)>> AskAllAsync(PdsProcess pds)
    {
        var answers = new List<(string Request, RawResponse Answer)>();
        using var raw = await pds.ConnectAsync();
        foreach (string request in archive.Requests)
        {
            await raw.SendAsync(request);
            answers.Add((request, await raw.ReadResponseAsync()));
        }

        Assert.Equal(archive.ExportBytes, answers[0].Answer.Body.Length);
        Assert.Equal(
            [200, 200, 200, 200, 200, 200, 400], answers.Select(pair => pair.Answer.Status));
        return answers;
    }

    private static async Task<(int? Code, string? Reason)> ReadToEndAsync(EventClient subscriber)
    {
        while (await subscriber.NextAsync() is not null)
        {
        }

        var end = subscriber.Close;
        await subscriber.CloseAsync();
        subscriber.Dispose();
        return end;
    }

    private static ulong Seed() =>
        ulong.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_SEED"), out ulong seed)
            ? seed
            : (ulong)Environment.TickCount64;
}
