using System.Text;
using Http.WebSockets;
using static Http.Tests.Support.ClientFrames;

namespace Http.Tests.Support;

/// <summary>
/// Cases after groups 1 to 7 of the Autobahn test suite. Where that expects an echo, this server
/// stays silent and alive: what clients send is read and dropped.
/// </summary>
internal static partial class WebSocketCases
{
    internal static IReadOnlyList<WebSocketCase> All { get; } =
    [
        .. Framing(), .. PingsAndPongs(), .. ReservedBits(), .. Opcodes(), .. Fragmentation(),
        .. Texts(), .. Closings(),
    ];

    private static IEnumerable<WebSocketCase> Framing()
    {
        foreach (int length in new[] { 0, 1, 125, 126, 127, 128, 65_535, 65_536 })
        {
            var payload = Encoding.ASCII.GetBytes(new string('*', length));
            yield return Silent(1, $"text of {length}", Frame(WebSocketOpcode.Text, payload));
            yield return Silent(1, $"binary of {length}", Frame(WebSocketOpcode.Binary, payload));
        }

        var large = new byte[65_536];
        yield return Silent(
            1, "text in frames of 997", Fragments(WebSocketOpcode.Text, large, 997));
        yield return Silent(
            1, "binary in frames of 997", Fragments(WebSocketOpcode.Binary, large, 997));
        foreach (int width in new[] { 2, 8 })
        {
            int tooShort = width == 2 ? 125 : 65_535;
            yield return Fails(1, $"{tooShort} in {width} bytes", FrameError.LengthNotShortest,
                Frame(WebSocketOpcode.Binary, new byte[tooShort], true, 0, width));
            yield return Fails(1, $"0 in {width} bytes", FrameError.LengthNotShortest,
                Frame(WebSocketOpcode.Text, default, true, 0, width));
        }

        yield return Fails(1, "length with its highest bit set", FrameError.LengthNegative,
            [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1]);
        yield return Fails(1, "length of 63 bits", FrameError.MessageTooLong,
            [0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        yield return Silent(1, "message at its limit",
            Frame(WebSocketOpcode.Binary, new byte[MessageBytesMax]));
        yield return Fails(1, "message over its limit", FrameError.MessageTooLong,
            Frame(WebSocketOpcode.Binary, new byte[MessageBytesMax + 1]));
        yield return Silent(1, "two messages over the limit together",
            Frame(WebSocketOpcode.Binary, new byte[MessageBytesMax]),
            Frame(WebSocketOpcode.Text, new byte[MessageBytesMax]));
        yield return Fails(1, "fragments over the limit together", FrameError.MessageTooLong,
            Frame(WebSocketOpcode.Binary, new byte[MessageBytesMax], isFinal: false),
            Frame(WebSocketOpcode.Continuation, new byte[1]));
        yield return Silent(1, "fragments at the limit together",
            Frame(WebSocketOpcode.Binary, new byte[MessageBytesMax - 1], isFinal: false),
            Frame(WebSocketOpcode.Continuation, new byte[1]));
        yield return Fails(1, "text not masked", FrameError.NotMasked, [0x81, 0x02, 0x68, 0x69]);
        yield return Fails(1, "ping not masked", FrameError.NotMasked, [0x89, 0x00]);
        yield return Fails(1, "close not masked", FrameError.NotMasked, [0x88, 0x02, 0x03, 0xE8]);
        yield return Answers(1, "mask of zeros", [0x89, 0x82, 0, 0, 0, 0, 0x68, 0x69], "pong 6869");
    }

    private static IEnumerable<WebSocketCase> PingsAndPongs()
    {
        byte[] binary = [0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF];
        byte[] longest = [.. Enumerable.Repeat((byte)0xFE, 125)];
        yield return Answers(2, "ping without payload", Ping(""), "pong");
        yield return Answers(2, "ping with text", Ping("Hello, world!"), Pong("Hello, world!"));
        yield return Answers(2, "ping with bytes", Frame(WebSocketOpcode.Ping, binary),
            "pong " + Convert.ToHexStringLower(binary));
        yield return Answers(2, "ping of 125", Frame(WebSocketOpcode.Ping, longest),
            "pong " + Convert.ToHexStringLower(longest));
        yield return Fails(2, "ping of 126", FrameError.ControlTooLong,
            Frame(WebSocketOpcode.Ping, new byte[126]));
        yield return Fails(2, "pong of 126", FrameError.ControlTooLong,
            Frame(WebSocketOpcode.Pong, new byte[126]));
        yield return Fails(2, "ping of 5 in 2 bytes", FrameError.ControlTooLong,
            Frame(WebSocketOpcode.Ping, new byte[5], true, 0, width: 2));
        yield return Fails(2, "ping of 65536", FrameError.ControlTooLong,
            Frame(WebSocketOpcode.Ping, new byte[65_536]));
        yield return Silent(2, "pong without payload", Frame(WebSocketOpcode.Pong, ""));
        yield return Silent(2, "pong with payload", Frame(WebSocketOpcode.Pong, "unasked"));
        yield return Answers(2, "pong, then ping",
            [.. Frame(WebSocketOpcode.Pong, "unasked"), .. Ping("asked")], Pong("asked"));
        var names = Enumerable.Range(0, 10).Select(number => $"payload-{number}").ToList();
        yield return Answers(2, "ten pings",
            [.. names.SelectMany(Ping)], [.. names.Select(Pong)]);
    }

    private static IEnumerable<WebSocketCase> ReservedBits()
    {
        WebSocketOpcode[] opcodes =
        [
            WebSocketOpcode.Text, WebSocketOpcode.Binary, WebSocketOpcode.Ping,
            WebSocketOpcode.Pong, WebSocketOpcode.Close,
        ];
        for (int bits = 1; bits < 8; bits++)
        {
            foreach (var opcode in opcodes)
            {
                yield return Fails(3, $"bits {bits} on {opcode}", FrameError.ReservedBitsSet,
                    Frame(opcode, "", reserved: bits));
            }
        }

        yield return Fails(3, "behind a good message and before a ping",
            FrameError.ReservedBitsSet,
            Text("good"), Frame(WebSocketOpcode.Text, "bad", reserved: 2), Ping("late"));
        yield return Fails(3, "on a continuation", FrameError.ReservedBitsSet,
            Frame(WebSocketOpcode.Text, "a", isFinal: false),
            Frame(WebSocketOpcode.Continuation, "b", reserved: 4));
    }

    private static IEnumerable<WebSocketCase> Opcodes()
    {
        foreach (int opcode in new[] { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 })
        {
            var reserved = (WebSocketOpcode)opcode;
            yield return Fails(4, $"opcode {opcode}", FrameError.OpcodeReserved,
                Frame(reserved, ""));
            yield return Fails(4, $"opcode {opcode} with payload behind a message",
                FrameError.OpcodeReserved, Text("good"), Frame(reserved, "bad"), Ping("late"));
        }
    }

    private static IEnumerable<WebSocketCase> Fragmentation()
    {
        var (text, next) = (WebSocketOpcode.Text, WebSocketOpcode.Continuation);
        byte[] first = Frame(text, "fragment1", isFinal: false);
        byte[] last = Frame(next, "fragment2");
        yield return Fails(5, "ping in two", FrameError.ControlFragmented,
            Frame(WebSocketOpcode.Ping, "a", isFinal: false), Frame(next, "b"));
        yield return Fails(5, "pong in two", FrameError.ControlFragmented,
            Frame(WebSocketOpcode.Pong, "a", isFinal: false), Frame(next, "b"));
        yield return Fails(5, "close in two", FrameError.ControlFragmented,
            Frame(WebSocketOpcode.Close, "", isFinal: false));
        yield return Silent(5, "text in two", first, last);
        yield return Silent(5, "text in two empty ones",
            Frame(text, "", isFinal: false), Frame(next, ""));
        yield return Silent(5, "binary in three",
            Frame(WebSocketOpcode.Binary, "a", isFinal: false),
            Frame(next, "b", isFinal: false), Frame(next, "c"));
        yield return Answers(5, "ping between two",
            [.. first, .. Ping("between"), .. last], Pong("between"));
        yield return Silent(5, "pong between two", first, Frame(WebSocketOpcode.Pong, "x"), last);
        foreach (bool isFinal in new[] { true, false })
        {
            byte[] stray = Frame(next, "nothing", isFinal);
            yield return Fails(5, $"continuation of nothing, final {isFinal}",
                FrameError.NothingToContinue, stray, Text("late"));
            yield return Fails(5, $"continuation behind a whole message, final {isFinal}",
                FrameError.NothingToContinue, first, last, stray, Text("late"));
            yield return Fails(5, $"continuation behind a ping, final {isFinal}",
                FrameError.NothingToContinue, Frame(WebSocketOpcode.Pong, ""), stray);
        }

        yield return Fails(5, "text inside text", FrameError.MessageNotFinished,
            first, Frame(text, "fragment2"));
        yield return Fails(5, "binary inside text", FrameError.MessageNotFinished,
            first, Frame(WebSocketOpcode.Binary, "fragment2", isFinal: false));
        byte[][] five = [first, .. Enumerable.Range(2, 3).Select(n => Frame(next, $"{n}", false))];
        yield return Answers(5, "five with pings between",
            [.. five.SelectMany(frame => (byte[])[.. frame, .. Ping("p")]), .. last, .. Text("t")],
            [.. five.Select(_ => Pong("p"))]);
    }

    private static WebSocketCase Silent(int group, string name, params byte[][] frames) =>
        new(group, name, [.. frames.SelectMany(bytes => bytes)], []);

    private static WebSocketCase Answers(
        int group, string name, byte[] bytes, params string[] answers) =>
        new(group, name, bytes, answers);

    private static WebSocketCase Fails(
        int group, string name, FrameError error, params byte[][] frames)
    {
        var (code, reason) = WebSocketClosing.For(error);
        byte[] bytes = [.. frames.SelectMany(frame => frame)];
        return new WebSocketCase(group, name, bytes, [$"close {code} {reason}"], error);
    }

    private static string Pong(string payload) =>
        $"pong {Convert.ToHexStringLower(Encoding.UTF8.GetBytes(payload))}".Trim();
}
