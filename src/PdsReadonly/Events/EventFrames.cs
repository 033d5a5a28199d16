using System.Buffers;
using System.Text;
using Atproto.Car;
using Atproto.Cbor;
using Atproto.Multiformats;
using PdsReadonly.Catalog;

namespace PdsReadonly.Events;

/// <summary>The number and time of an event; the time as the stream writes it.</summary>
internal readonly record struct EventStamp(long Seq, DateTimeOffset Time);

/// <summary>
/// Messages of <c>com.atproto.sync.subscribeRepos</c> as bytes: a header and a body in DAG-CBOR,
/// one behind the other (https://atproto.com/specs/event-stream). Keys are written in canonical
/// order, the shortest first, then bytewise.
/// </summary>
internal static class EventFrames
{
    internal static byte[] Identity(EventStamp stamp, string did, string? handle)
    {
        var output = Begin("#identity"u8, out var cbor);
        cbor.WriteMap(handle is null ? 3 : 4);
        WriteCommon(cbor, stamp, did);
        if (handle is not null) WritePair(cbor, "handle"u8, handle);
        return output.WrittenSpan.ToArray();
    }

    internal static byte[] Account(EventStamp stamp, string did, HostingStatus status)
    {
        var output = Begin("#account"u8, out var cbor);
        string? text = status.Text();
        cbor.WriteMap(text is null ? 4 : 5);
        WriteCommon(cbor, stamp, did);
        cbor.WriteText("active"u8);
        cbor.WriteBoolean(text is null);
        if (text is not null) WritePair(cbor, "status"u8, text);
        return output.WrittenSpan.ToArray();
    }

    /// <param name="stamp">Number and time.</param>
    /// <param name="did">Whose.</param>
    /// <param name="rev">The commit's rev.</param>
    /// <param name="commit">The commit's CID.</param>
    /// <param name="block">The commit's block, all that the event's CAR holds.</param>
    internal static byte[] Sync(
        EventStamp stamp, string did, string rev, in Cid commit, ReadOnlySpan<byte> block)
    {
        var output = Begin("#sync"u8, out var cbor);
        cbor.WriteMap(5);
        WritePair(cbor, "did"u8, did);
        WritePair(cbor, "rev"u8, rev);
        cbor.WriteText("seq"u8);
        cbor.WriteInteger(stamp.Seq);
        WritePair(cbor, "time"u8, Text(stamp.Time));
        cbor.WriteText("blocks"u8);
        cbor.WriteBytesHead(CarLength.Header(1) + CarLength.Section(block.Length));
        CarWriter.WriteHeader(output, commit);
        CarWriter.WriteSection(output, commit, block);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Not an event: it has no number.</summary>
    internal static byte[] Info(string name, string message)
    {
        var output = Begin("#info"u8, out var cbor);
        cbor.WriteMap(2);
        WritePair(cbor, "name"u8, name);
        WritePair(cbor, "message"u8, message);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The last message of a stream that is refused.</summary>
    internal static byte[] Error(string name, string message)
    {
        var output = new ArrayBufferWriter<byte>(128);
        var cbor = new CborWriter(output);
        cbor.WriteMap(1);
        cbor.WriteText("op"u8);
        cbor.WriteInteger(-1);
        cbor.WriteMap(2);
        WritePair(cbor, "error"u8, name);
        WritePair(cbor, "message"u8, message);
        return output.WrittenSpan.ToArray();
    }

    internal static void WriteHeader(in CborWriter cbor, ReadOnlySpan<byte> type)
    {
        cbor.WriteMap(2);
        cbor.WriteText("t"u8);
        cbor.WriteText(type);
        cbor.WriteText("op"u8);
        cbor.WriteInteger(1);
    }

    internal static void WritePair(in CborWriter cbor, ReadOnlySpan<byte> key, string value)
    {
        cbor.WriteText(key);
        int length = Encoding.UTF8.GetByteCount(value);
        Span<byte> utf8 = length <= 256 ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(value, utf8);
        cbor.WriteText(utf8);
    }

    /// <summary>UTC with milliseconds.</summary>
    internal static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static ArrayBufferWriter<byte> Begin(ReadOnlySpan<byte> type, out CborWriter cbor)
    {
        var output = new ArrayBufferWriter<byte>(512);
        cbor = new CborWriter(output);
        WriteHeader(cbor, type);
        return output;
    }

    private static void WriteCommon(in CborWriter cbor, EventStamp stamp, string did)
    {
        WritePair(cbor, "did"u8, did);
        cbor.WriteText("seq"u8);
        cbor.WriteInteger(stamp.Seq);
        WritePair(cbor, "time"u8, Text(stamp.Time));
    }
}
