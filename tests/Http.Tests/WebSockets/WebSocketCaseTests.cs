using Http.Connections;
using Http.Tests.Support;

namespace Http.Tests.WebSockets;

/// <summary>Every case on the state machine: whole, in pieces, and behind its handshake.</summary>
public sealed class WebSocketCaseTests
{
    // Cuts of a long case: all near its ends, some between.
    private const int EveryCutBytesMax = 600;
    private const int NearEndBytes = 40;
    private const int StrideBytes = 9_973;

    internal static readonly HttpServerOptions Options = new()
    {
        Limits = new HttpLimits { WebSocketMessageBytesMax = WebSocketCases.MessageBytesMax },
        TimeProvider = new ManualTime(),
    };

    public static TheoryData<object> Cases => [.. WebSocketCases.All];

    [Test]
    [Arguments(1, 33)]
    [Arguments(2, 12)]
    [Arguments(3, 37)]
    [Arguments(4, 20)]
    [Arguments(5, 17)]
    [Arguments(6, 326)]
    [Arguments(7, 73)]
    public void Cases_Group_HasAtLeastSoMany(int group, int countMin)
    {
        int count = WebSocketCases.All.Count(entry => entry.Group == group);
        Console.WriteLine($"group {group}: {count} cases");
        Assert.InRange(count, countMin, int.MaxValue);
    }

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void Advance_Case_HasItsOutcome(object entry) =>
        Check(entry, (driver, bytes) => driver.Feed(ClientFrames.Handshake).Feed(bytes));

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void Advance_CaseByteByByte_HasTheSameOutcome(object entry) =>
        Check(entry, (driver, bytes) => driver.Feed(ClientFrames.Handshake, 1).Feed(bytes, 1));

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void Advance_CaseTogetherWithItsHandshake_HasTheSameOutcome(object entry) =>
        Check(entry, (driver, bytes) =>
        {
            byte[] all = [.. ClientFrames.Handshake.Select(letter => (byte)letter), .. bytes];
            driver.Feed(all);
        });

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void Advance_CaseCutAnywhere_HasTheSameOutcome(object entry)
    {
        int length = ((WebSocketCase)entry).Bytes.Length;
        for (int cut = 1; cut < length; cut++)
        {
            bool isNearEnd = cut < NearEndBytes || cut > length - NearEndBytes;
            if (length > EveryCutBytesMax && !isNearEnd && cut % StrideBytes != 0) continue;
            Check(entry, (driver, bytes) => driver
                .Feed(ClientFrames.Handshake)
                .Feed(bytes.AsSpan(0, cut))
                .Feed(bytes.AsSpan(cut)));
        }
    }

    private static void Check(object entry, Action<ConnectionDriver, byte[]> feed)
    {
        var test = (WebSocketCase)entry;
        var messages = new ScriptedMessages();
        using (var driver = new ConnectionDriver(ScriptedMessages.Accept(() => messages), Options))
        {
            feed(driver, test.Bytes);
            Assert.Equal(test.Answers, Answers(driver));
            if (test.Closes)
            {
                Assert.Equal((NextStep.Read, true), (driver.Last, driver.SendingEnded));
                driver.Feed(ClientFrames.Ping("late"));
                Assert.Equal(test.Answers, Answers(driver));
            }
            else
            {
                Assert.Equal(NextStep.Duplex, driver.Last);
                messages.Add("news");
                driver.AdvanceOnly().Feed(ClientFrames.Ping("alive"));
                Assert.Equal([.. test.Answers, "binary 4", "pong 616c697665"], Answers(driver));
            }

            Assert.True(driver.EndInput().IsClosed);
        }

        Assert.Equal(1, messages.DisposeCount);
    }

    private static List<string> Answers(ConnectionDriver driver) =>
        [.. ServerFrame.ReadAll(driver.OutputBytes).Select(frame => frame.ToString())];
}
