using System.Text;
using Http.Tests.Support;
using Http.WebSockets;

namespace Http.Tests.WebSockets;

public sealed class WebSocketFrameReaderTests
{
    public static TheoryData<object> Cases => [.. WebSocketCases.All];

    [Test]
    public void Cases_AllCodes_AreMet()
    {
        var met = WebSocketCases.All.Select(entry => entry.Error).ToHashSet();
        Assert.Empty(Enum.GetValues<FrameError>().Except(met));
    }

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void Read_CaseInAnyPieces_ConsumesAllAndGivesItsError(object entry)
    {
        var test = (WebSocketCase)entry;
        foreach (int piece in new[] { int.MaxValue, 1, 2, 3, 7, 1000 })
        {
            var reader = NewReader();
            ReadAll(reader, test.Bytes, piece);
            Assert.Equal(test.Error, reader.Error);
        }
    }

    [Test]
    public void Read_ControlFrames_GivesPayloadsUnmasked()
    {
        var reader = NewReader();
        byte[] bytes =
            [.. ClientFrames.Ping("one"), .. ClientFrames.Close(3001, "why"u8), 1, 2, 3];
        var status = reader.Read(bytes, out int consumed);
        Assert.Equal((FrameStatus.Ping, 9), (status, consumed));
        Assert.Equal("one", Encoding.ASCII.GetString(reader.ControlPayload));

        Assert.Equal(FrameStatus.Close, reader.Read(bytes.AsSpan(consumed), out int closed));
        Assert.Equal((3001, 11), (reader.CloseCode, closed));
        Assert.Equal("why", Encoding.ASCII.GetString(reader.ControlPayload[2..]));

        Assert.Equal(FrameStatus.NeedMoreData, reader.Read(bytes.AsSpan(^3..), out consumed));
        Assert.Equal(3, consumed);
    }

    [Test]
    public void Read_CloseWithoutPayload_HasNoCode()
    {
        var reader = NewReader();
        Assert.Equal(FrameStatus.Close, reader.Read(ClientFrames.Close(null), out _));
        Assert.Equal(WebSocketClosing.NoCode, reader.CloseCode);
    }

    [Test]
    [Arguments(FrameError.ReservedBitsSet, 1002)]
    [Arguments(FrameError.OpcodeReserved, 1002)]
    [Arguments(FrameError.NotMasked, 1002)]
    [Arguments(FrameError.ControlFragmented, 1002)]
    [Arguments(FrameError.ControlTooLong, 1002)]
    [Arguments(FrameError.NothingToContinue, 1002)]
    [Arguments(FrameError.MessageNotFinished, 1002)]
    [Arguments(FrameError.LengthNotShortest, 1002)]
    [Arguments(FrameError.LengthNegative, 1002)]
    [Arguments(FrameError.MessageTooLong, 1009)]
    [Arguments(FrameError.TextNotUtf8, 1007)]
    [Arguments(FrameError.ClosePayloadTooShort, 1002)]
    [Arguments(FrameError.CloseCodeInvalid, 1002)]
    internal void For_Error_HasItsCloseCode(FrameError error, int code) =>
        Assert.Equal(code, WebSocketClosing.For(error).Code);

    [Test]
    public void For_EveryError_HasItsOwnShortReason()
    {
        var reasons = Enum.GetValues<FrameError>().Skip(1)
            .Select(error => WebSocketClosing.For(error).Reason)
            .ToList();
        Assert.Distinct(reasons);
        Assert.All(reasons, reason => Assert.InRange(reason.Length, 5, 50));
    }

    [Test]
    [Arguments(0, 2)]
    [Arguments(125, 2)]
    [Arguments(126, 4)]
    [Arguments(65_535, 4)]
    [Arguments(65_536, 10)]
    [Arguments(int.MaxValue, 10)]
    public void WriteHead_Length_IsInItsShortestForm(int length, int headLength)
    {
        Assert.Equal(headLength, WebSocketFrameWriter.HeadLength(length));
        var head = new byte[headLength];
        WebSocketFrameWriter.WriteHead(WebSocketOpcode.Binary, length, head);
        ulong written = head[1];
        if (headLength > 2)
        {
            Assert.Equal(headLength == 4 ? 126 : 127, head[1]);
            written = Convert.ToUInt64(Convert.ToHexString(head.AsSpan(2)), 16);
        }

        Assert.Equal((0x82, (ulong)length), (head[0], written));
    }

    [Test]
    public void TryAdd_EveryBeginningOfThreeBytes_AgreesWithThePlatform()
    {
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        byte[] bytes = new byte[3];
        // Values at and beside every edge of the grammar; all else lies between two of them.
        byte[] values =
        [
            0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
            0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ];
        foreach (byte first in Enumerable.Range(0, 256).Select(value => (byte)value))
        {
            foreach (byte second in values)
            {
                foreach (byte third in values)
                {
                    (bytes[0], bytes[1], bytes[2]) = (first, second, third);
                    Assert.Equal(IsValid(strict, bytes), IsAccepted(bytes));
                }
            }
        }
    }

    private static WebSocketFrameReader NewReader() =>
        new(new HttpLimits { WebSocketMessageBytesMax = WebSocketCases.MessageBytesMax });

    private static void ReadAll(WebSocketFrameReader reader, byte[] bytes, int pieceBytes)
    {
        for (int start = 0; start < bytes.Length; start += pieceBytes)
        {
            var piece = bytes.AsSpan(start, Math.Min(pieceBytes, bytes.Length - start));
            while (!piece.IsEmpty)
            {
                var status = reader.Read(piece, out int consumed);
                Assert.True(consumed == piece.Length || status != FrameStatus.NeedMoreData);
                Assert.Equal(status == FrameStatus.Rejected, reader.Error != FrameError.None);
                if (status == FrameStatus.Rejected) return;
                piece = piece[consumed..];
            }

            if (pieceBytes == int.MaxValue) return;
        }
    }

    private static bool IsAccepted(byte[] bytes)
    {
        var checker = new Utf8Checker();
        foreach (byte value in bytes)
        {
            if (!checker.TryAdd(value)) return false;
        }

        return checker.IsComplete;
    }

    private static bool IsValid(UTF8Encoding strict, byte[] bytes)
    {
        try
        {
            strict.GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
