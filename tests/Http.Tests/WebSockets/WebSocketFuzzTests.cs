using System.Globalization;
using System.Text;
using Http.Connections;
using Http.Tests.Support;
using Http.WebSockets;

namespace Http.Tests.WebSockets;

/// <summary>
/// Mutated frames on a WebSocket's state machine. Here is how it works:
/// 1. a few cases and frames are strung together behind a handshake and damaged by seeded chance;
/// 2. they go in twice, cut differently, among wakes, time-outs and messages, and the output is
/// taken in pieces;
/// 3. both runs end with the same close frame or none; every frame out is well formed, messages
/// come in order, there are no more pongs than pings could be, and no more output waits than may.
/// PDS_FUZZ_CASES sets how many, PDS_TEST_SEED repeats a run.
/// </summary>
[Category("Fuzz")]
public sealed class WebSocketFuzzTests
{
    private const int CasesDefault = 20_000;
    private const int MessageBytes = 700;
    private const int OutputLengthMax = (64 * 1024) + 4096 + MessageBytes + 300;

    // The long ones take their time and show nothing more here.
    private static readonly byte[][] s_inputs =
    [
        .. WebSocketCases.All.Select(entry => entry.Bytes).Where(bytes => bytes.Length < 1500),
    ];

    [Test]
    public void Advance_MutatedFrames_KeepsItsPromises()
    {
        int cases = ReadNumber("PDS_FUZZ_CASES") ?? CasesDefault;
        int seed = ReadNumber("PDS_TEST_SEED") ?? Environment.TickCount;
        Console.WriteLine($"PDS_TEST_SEED={seed} PDS_FUZZ_CASES={cases}");
        var random = new Random(seed);
        for (int number = 0; number < cases; number++)
        {
            byte[] bytes = Mutate(random);
            try
            {
                Assert.Equal(Run(bytes, random), Run(bytes, random));
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                string text = Convert.ToBase64String(bytes);
                Assert.Fail($"seed {seed}, case {number}, {text}: {exception}");
            }
        }
    }

    /// <summary>The close frame it ended with, or "".</summary>
    private static string Run(byte[] bytes, Random random)
    {
        var messages = new ScriptedMessages();
        var events = new RecordedEvents();
        var options = WebSocketCaseTests.Options with { Events = events };
        using var driver = new ConnectionDriver(ScriptedMessages.Accept(() => messages), options);
        driver.Feed(ClientFrames.Handshake);
        driver.TakenMax = random.Next(3) == 0 ? random.Next(1, 500) : int.MaxValue;
        int sent = 0;
        int offset = 0;
        while (offset < bytes.Length && driver.Last == NextStep.Duplex)
        {
            int piece = Math.Min(random.Next(1, random.Next(2, 300)), bytes.Length - offset);
            driver.IsStalled = random.Next(3) == 0;
            driver.Feed(bytes.AsSpan(offset, piece));
            offset += piece;
            if (random.Next(4) == 0) messages.Add(Number(sent++));
            if (driver.Last == NextStep.Duplex && random.Next(4) == 0) driver.AdvanceOnly();
            if (driver.Last == NextStep.Duplex && random.Next(8) == 0) driver.TimeOut();
        }

        driver.IsStalled = false;
        if (driver.Last == NextStep.Duplex) driver.AdvanceOnly();
        driver.Settle();
        if (!driver.IsClosed) driver.EndInput();
        Assert.True(driver.IsClosed, "the connection is still open when its client is gone");
        Assert.Empty(events.BodyFailures);
        Assert.Equal(1, messages.DisposeCount);
        Assert.InRange(driver.OutputLengthMax, 0, OutputLengthMax);
        return Check(ServerFrame.ReadAll(driver.OutputBytes), sent, bytes.Length);
    }

    private static string Check(List<ServerFrame> frames, int sent, int inputBytes)
    {
        var numbers = frames.Where(frame => frame.Opcode == WebSocketOpcode.Binary)
            .Select(frame => BitConverter.ToInt32(frame.Payload))
            .ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        Assert.InRange(numbers.Count, 0, sent);
        // A ping takes six bytes at least.
        int pongs = frames.Count(frame => frame.Opcode == WebSocketOpcode.Pong);
        Assert.InRange(pongs, 0, inputBytes / 6);
        int closes = frames.Count(frame => frame.Opcode == WebSocketOpcode.Close);
        bool endsWithClose = frames.Count > 0 && frames[^1].Opcode == WebSocketOpcode.Close;
        Assert.Equal(endsWithClose ? 1 : 0, closes);
        Assert.Equal(frames.Count, numbers.Count + pongs + closes);
        return endsWithClose ? frames[^1].ToString() : "";
    }

    private static byte[] Mutate(Random random)
    {
        var bytes = new List<byte>();
        for (int count = random.Next(1, 8); count > 0; count--) bytes.AddRange(Pick(random));
        for (int count = random.Next(0, 5); count > 0; count--)
        {
            int index = random.Next(bytes.Count + 1);
            int length = Math.Min(random.Next(1, 20), bytes.Count - index);
            switch (random.Next(5))
            {
                case 0 when length > 0:
                    bytes[index] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(index, length);
                    break;
                case 2:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(index, length));
                    break;
                case 3:
                    bytes.InsertRange(index, Pick(random));
                    break;
                default:
                    bytes.Insert(index, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }

    // Most cases end their connection: half of what is picked does not.
    private static byte[] Pick(Random random) => random.Next(8) switch
    {
        0 => ClientFrames.Ping(new string('p', random.Next(126))),
        1 => ClientFrames.Text(new string('ü', random.Next(70))),
        2 => ClientFrames.Fragments(
            WebSocketOpcode.Text, Encoding.UTF8.GetBytes("κόσμε κόσμε"), random.Next(1, 9)),
        3 => ClientFrames.Frame(WebSocketOpcode.Binary, new byte[random.Next(300)]),
        _ => s_inputs[random.Next(s_inputs.Length)],
    };

    private static byte[] Number(int number)
    {
        byte[] message = new byte[MessageBytes];
        BitConverter.TryWriteBytes(message, number);
        return message;
    }

    private static int? ReadNumber(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
