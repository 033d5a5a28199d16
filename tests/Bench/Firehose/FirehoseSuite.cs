using System.Diagnostics;
using System.Net.WebSockets;
using Atproto.Crypto;
using Atproto.Firehose;
using Bench.Http;
using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using static Bench.Report;

namespace Bench.Firehose;

/// <summary>
/// How many commits of the event stream one core verifies: message by message, from its bytes to
/// what it proves, in this process, which is compiled as what ships is.
/// </summary>
internal static class FirehoseSuite
{
    private const int Keys = 5_000;
    private const int Records = 2_000;
    private const int Commits = 1_000;

    internal static int Run(BenchOptions options)
    {
        CpuPin.PinClient();
        int keys = options.Quick ? Keys / 10 : Keys;
        Describe(options);
        var frames = new SignedFrames(Records, Commits);
        Title($"commits of repos of {Records:N0} records, one account each");
        Row("a message", $"{frames.FrameBytes:N0} bytes, {frames.Blocks:N1} blocks");
        foreach (var curve in Enum.GetValues<KeyCurve>())
        {
            if (options.Wants("signatures")) Measure(options, frames, curve, keys);
        }

        if (options.Wants("unsigned")) MeasureUnsigned(options, frames.Sign(KeyCurve.P256, 1_000));
        if (options.Wants("stream")) MeasureStream(options, frames.Sign(KeyCurve.P256, 1_000));
        return 0;
    }

    private static void Measure(
        BenchOptions options, SignedFrames frames, KeyCurve curve, int keys)
    {
        var signed = frames.Sign(curve, keys);
        Title($"{curve}, {keys:N0} keys");
        var fresh = Figures.Repeat(options.Runs, () => PerSecond(signed, new KeyCache(keys)));
        Row("commits/s, keys never seen", fresh.Print());
        var held = new KeyCache(keys);
        PerSecond(signed, held);
        var known = Figures.Repeat(options.Runs, () => PerSecond(signed, held));
        Row("commits/s, keys held", known.Print());
    }

    private static void MeasureUnsigned(
        BenchOptions options, List<(byte[] Frame, PublicKey Key)> frames)
    {
        Title("without signatures");
        var all = Figures.Repeat(options.Runs, () => PerSecond(frames, null, rounds: 20));
        Row("commits/s", all.Print());
        var read = Figures.Repeat(options.Runs, () => Read(frames, rounds: 100));
        Row("messages/s, read and not verified", read.Print());
        long before = GC.GetAllocatedBytesForCurrentThread();
        PerSecond(frames, null);
        long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / frames.Count;
        Row("allocated per commit", $"{bytes:N0} bytes");
    }

    // Client and host on the one core: what the socket costs both.
    private static void MeasureStream(
        BenchOptions options, List<(byte[] Frame, PublicKey Key)> frames)
    {
        const int Rounds = 20;
        Title("over a socket, client and host on the one core");
        var rate = Figures.Repeat(options.Runs, () => ReceiveAsync(frames, Rounds).Result);
        Row("messages/s", rate.Print());
    }

    private static async Task<double> ReceiveAsync(
        List<(byte[] Frame, PublicKey Key)> frames, int rounds)
    {
        await using var host = new StreamHost(async (socket, stop) =>
        {
            for (int i = 0; i < rounds; i++)
            {
                foreach (var (frame, _) in frames)
                {
                    await socket.SendAsync(frame, WebSocketMessageType.Binary, true, stop);
                }
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop);
        });
        using var http = new HttpMessageInvoker(OutboundHandler.Create(allowPrivate: true));
        var client = new EventStreamClient(http, host.Url, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        int count = 0;
        await foreach (var message in client.ReadAsync(0, CancellationToken.None))
        {
            if (message is StreamCommit) count++;
        }

        bool isWhole = count == rounds * frames.Count && client.End?.Kind == StreamEndKind.Closed;
        if (!isWhole) throw new InvalidOperationException($"{count} messages, {client.End}");
        return count / watch.Elapsed.TotalSeconds;
    }

    private static double PerSecond(
        List<(byte[] Frame, PublicKey Key)> frames, KeyCache? keys, int rounds = 1)
    {
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < rounds; i++)
        {
            foreach (var (frame, key) in frames)
            {
                StreamFrame.TryRead(frame, out var message, out _);
                var fault = CommitVerifier.Verify(
                    (StreamCommit)message!, keys?.Find(key), out var verified);
                if (verified is { IsInverted: true }) continue;
                throw new InvalidOperationException(fault.Describe());
            }
        }

        return rounds * frames.Count / watch.Elapsed.TotalSeconds;
    }

    private static double Read(List<(byte[] Frame, PublicKey Key)> frames, int rounds)
    {
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < rounds; i++)
        {
            foreach (var (frame, _) in frames)
            {
                if (StreamFrame.TryRead(frame, out _, out _)) continue;
                throw new InvalidOperationException("not read");
            }
        }

        return rounds * frames.Count / watch.Elapsed.TotalSeconds;
    }
}
