using Atproto.Car;

namespace Samples.World;

/// <summary>
/// Messages of com.atproto.sync.subscribeRepos as bytes, written apart from the product's own.
/// </summary>
public static class EventFrame
{
    // Of the first event; each number is a second later.
    private static readonly DateTime s_start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static byte[] Commit(long seq, WorldCommit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var body = new List<(string, object?)>
        {
            ("seq", seq), ("repo", commit.Did), ("commit", commit.Commit.Cid), ("rev", commit.Rev),
            ("since", commit.Since), ("blocks", commit.Blocks), ("time", Time(seq)),
            ("ops", commit.Ops.Select(Op).ToArray()), ("blobs", Array.Empty<object?>()),
            ("rebase", false), ("tooBig", false),
        };
        if (commit.PrevData is { } data) body.Add(("prevData", data));
        return Message("#commit", [.. body]);
    }

    /// <summary>The repo as it is, whatever was before.</summary>
    public static byte[] Sync(long seq, string did, string rev, SampleBlock commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var car = new System.Buffers.ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(car, commit.Cid);
        CarWriter.WriteSection(car, commit.Cid, commit.Bytes);
        return Message(
            "#sync", ("seq", seq), ("did", did), ("rev", rev), ("time", Time(seq)),
            ("blocks", car.WrittenSpan.ToArray()));
    }

    public static byte[] Identity(long seq, string did, string handle) => Message(
        "#identity", ("seq", seq), ("did", did), ("time", Time(seq)), ("handle", handle));

    public static byte[] Account(long seq, string did, AccountState state)
    {
        var body = new List<(string, object?)>
        {
            ("seq", seq), ("did", did), ("time", Time(seq)),
            ("active", state == AccountState.Active),
        };
        if (state.Text() is { } text) body.Add(("status", text));
        return Message("#account", [.. body]);
    }

    public static byte[] Info(string name) => Message("#info", ("name", name));

    public static byte[] Error(string name, string message) => Two(
        [("op", -1L)], [("error", name), ("message", message)]);

    /// <summary>A type that nobody knows: to be passed over.</summary>
    public static byte[] Unknown(long seq) => Message("#weather", ("seq", seq), ("sun", true));

    private static object Op(WorldOp op)
    {
        string action = op.Cid is null ? "delete" : op.Prev is null ? "create" : "update";
        var pairs = new List<(string, object?)>
        {
            ("action", action), ("path", op.Path), ("cid", op.Cid),
        };
        if (op.Prev is { } prev) pairs.Add(("prev", prev));
        return pairs.ToArray();
    }

    private static byte[] Message(string type, params (string Key, object? Value)[] body) =>
        Two([("op", 1L), ("t", type)], body);

    private static byte[] Two(
        (string Key, object? Value)[] header, (string Key, object? Value)[] body)
    {
        using var output = new MemoryStream();
        PlainCbor.Write(output, header);
        PlainCbor.Write(output, body);
        return output.ToArray();
    }

    private static string Time(long seq) => s_start.AddSeconds(seq).ToString(
        "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
