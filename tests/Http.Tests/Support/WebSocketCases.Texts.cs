using System.Text;
using Http.WebSockets;
using static Http.Tests.Support.ClientFrames;

namespace Http.Tests.Support;

// Groups 6 and 7: what is UTF-8 and what is not, and how a connection may be closed.
internal static partial class WebSocketCases
{
    internal const int MessageBytesMax = 100_000;

    private const string Kosme = "cebae1bdb9cf83cebcceb5";

    private static string[] ValidTexts =>
    [
        // The smallest and the largest of each length, and what stands beside the surrogates.
        "00", "c280", "e0a080", "f0908080", "7f", "dfbf", "efbfbf", "f48fbfbf",
        "ed9fbf", "ee8080", "efbfbd",
        // Two that no character is assigned to, in each plane: still scalar values.
        "efbfbe", "f09fbfbe", "f09fbfbf", "f0afbfbe", "f0afbfbf", "f0bfbfbe", "f0bfbfbf",
        "f18fbfbe", "f18fbfbf", "f19fbfbe", "f19fbfbf", "f1afbfbe", "f1afbfbf", "f1bfbfbe",
        "f1bfbfbf", "f28fbfbe", "f28fbfbf", "f29fbfbe", "f29fbfbf", "f2afbfbe", "f2afbfbf",
        "f2bfbfbe", "f2bfbfbf", "f38fbfbe", "f38fbfbf", "f39fbfbe", "f39fbfbf", "f3afbfbe",
        "f3afbfbf", "f3bfbfbe", "f3bfbfbf", "f48fbfbe",
        "efbfb9", "efbfba", "efbfbb", "efbfbc",
    ];

    private static string[] InvalidTexts =>
    [
        // Lengths of 5 and 6, and beyond U+10FFFF.
        "f888808080", "fc8480808080", "f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf", "f4908080",
        // Continuations without a start.
        "80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf",
        // Starts without their continuations.
        "c020c120c220df20", "e020e120ef20", "f020f120f720", "f820f920fb20", "fc20fd20",
        "c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf",
        "fdbfbfbfbf", "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf",
        "e1bd20", "f0908020", "c2c2", "e1bde1",
        // Bytes that never occur.
        "fe", "ff", "fefeffff", "c1", "f5",
        // Overlong.
        "c0af", "e080af", "f08080af", "f8808080af", "fc80808080af",
        "c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf",
        "c080", "e08080", "f0808080", "f880808080", "fc8080808080",
        // Surrogates, alone and in pairs.
        "eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf",
        "eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf",
        "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf",
    ];

    private static IEnumerable<WebSocketCase> Texts()
    {
        var (text, next) = (WebSocketOpcode.Text, WebSocketOpcode.Continuation);
        yield return Silent(6, "three empty frames",
            Frame(text, "", false), Frame(next, "", false), Frame(next, ""));
        yield return Silent(6, "empty, some, empty",
            Frame(text, "", false), Frame(next, "middle frame payload", false), Frame(next, ""));
        byte[] hello = Encoding.UTF8.GetBytes("Hello-µ@ßöäüàá-UTF-8!!");
        yield return Silent(6, "greeting", Frame(text, hello));
        for (int size = 1; size < 8; size++)
        {
            yield return Silent(6, $"greeting by {size}", Fragments(text, hello, size));
        }

        foreach (string hex in ValidTexts.Append(Kosme))
        {
            byte[] bytes = Convert.FromHexString(hex);
            yield return Silent(6, hex, Frame(text, bytes));
            yield return Silent(6, $"{hex} byte by byte", Fragments(text, bytes, 1));
        }

        byte[] kosme = Convert.FromHexString(Kosme);
        for (int length = 1; length < kosme.Length; length++)
        {
            // The character boundaries of "κόσμε".
            byte[] prefix = Frame(text, kosme.AsSpan(0, length));
            yield return length is 2 or 5 or 7 or 9
                ? Silent(6, $"{length} bytes of kosme", prefix)
                : Fails(6, $"{length} bytes of kosme", FrameError.TextNotUtf8, prefix);
        }

        foreach (string hex in InvalidTexts)
        {
            byte[] bytes = Convert.FromHexString(hex);
            yield return Fails(6, hex, FrameError.TextNotUtf8, Frame(text, bytes));
            yield return Fails(6, $"{hex} between",
                FrameError.TextNotUtf8, Frame(text, [.. kosme, .. bytes, .. "edited"u8]));
            yield return Fails(6, $"{hex} byte by byte",
                FrameError.TextNotUtf8, Fragments(text, bytes, 1));
        }

        foreach (var early in EarlyFailures(kosme)) yield return early;
        yield return Silent(6, "binary is not text",
            Frame(WebSocketOpcode.Binary, Convert.FromHexString("fffe80")));
        yield return Answers(6, "ping between the bytes of a character",
            [
                .. Frame(text, [0xCE], false), .. Frame(WebSocketOpcode.Ping, [0xFF]),
                .. Frame(next, [0xBA]),
            ],
            "pong ff");
        yield return Silent(6, "a new message begins anew",
            Frame(text, kosme), Frame(WebSocketOpcode.Binary, [0xCE]), Frame(text, kosme));
    }

    /// <summary>Told at the byte, not at the end of frame or message, which never comes.</summary>
    private static IEnumerable<WebSocketCase> EarlyFailures(byte[] kosme)
    {
        var (text, next) = (WebSocketOpcode.Text, WebSocketOpcode.Continuation);
        yield return Fails(6, "early, at a frame", FrameError.TextNotUtf8,
            Frame(text, kosme, false), Frame(next, [0xF4, 0x90, 0x80, 0x80], false));
        yield return Fails(6, "early, at a character's second byte", FrameError.TextNotUtf8,
            Frame(text, [.. kosme, 0xF4], false), Frame(next, [0x90], false));
        byte[] whole = Frame(text, [.. kosme, 0xF4, 0x90, 0x80, 0x80, .. "edited"u8]);
        yield return Fails(6, "early, in an unfinished frame", FrameError.TextNotUtf8,
            whole[..^8]);
    }

    private static IEnumerable<WebSocketCase> Closings()
    {
        byte[] good = Close(1000);
        yield return Answers(7, "message, then close", [.. Text("Hello"), .. good], "close 1000 ");
        yield return Answers(7, "two closes", [.. good, .. good], "close 1000 ");
        yield return Answers(7, "ping behind close", [.. good, .. Ping("late")], "close 1000 ");
        yield return Answers(7, "text behind close", [.. good, .. Text("late")], "close 1000 ");
        yield return Answers(7, "rubbish behind close", [.. good, 0xFF, 0xFF], "close 1000 ");
        yield return Answers(7, "close between fragments",
            [
                .. Frame(WebSocketOpcode.Text, "a", false), .. good,
                .. Frame(WebSocketOpcode.Continuation, "b"),
            ],
            "close 1000 ");
        yield return Answers(7, "large message, close, ping",
            [.. Frame(WebSocketOpcode.Text, new byte[65_536]), .. good, .. Ping("late")],
            "close 1000 ");
        yield return Answers(7, "ping, then close",
            [.. Ping("p"), .. good], Pong("p"), "close 1000 ");
        yield return Answers(7, "close without payload", Close(null), "close");
        yield return Fails(7, "close of one byte", FrameError.ClosePayloadTooShort,
            Frame(WebSocketOpcode.Close, [0x03]));
        yield return Answers(7, "close with a reason", Close(1000, "Hello"u8), "close 1000 ");
        yield return Answers(7, "close with the longest reason",
            Close(1000, new byte[123]), "close 1000 ");
        yield return Fails(7, "close with a reason too long", FrameError.ControlTooLong,
            Close(1000, new byte[124]));
        yield return Fails(7, "reason not UTF-8", FrameError.TextNotUtf8,
            Close(1000, [.. Convert.FromHexString(Kosme), 0xF4, 0x90, 0x80, 0x80]));
        yield return Fails(7, "reason cut in a character", FrameError.TextNotUtf8,
            Close(1000, [0xCE]));
        int[] valid =
        [
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
            3000, 3999, 4000, 4999,
        ];
        foreach (int code in valid)
        {
            yield return Answers(7, $"code {code}", Close(code), $"close {code} ");
            yield return Answers(7, $"code {code} with a reason", Close(code, "x"u8),
                $"close {code} ");
        }

        int[] invalid =
        [
            0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
        ];
        foreach (int code in invalid)
        {
            yield return Fails(7, $"code {code}", FrameError.CloseCodeInvalid, Close(code));
            yield return Fails(7, $"code {code} with a reason", FrameError.CloseCodeInvalid,
                Close(code, "x"u8));
        }
    }
}
