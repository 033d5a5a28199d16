using System.Globalization;
using System.Text;
using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Mst;

namespace Atproto.Repo;

/// <summary>
/// Why a CAR is refused: the cause by code, where in the file, and which block or key.
/// </summary>
public sealed record RepoFault
{
    /// <summary>
    /// The cause: a member of CarError, CommitError, MstError, ProofError or SignatureVerdict.
    /// </summary>
    public required string Code { get; init; }

    /// <summary>The cause in words.</summary>
    public required string Message { get; init; }

    /// <summary>Where in the file, in bytes; null when the fault has no place of its own.</summary>
    public long? Offset { get; init; }

    public Cid? Cid { get; init; }

    /// <summary>The repo path at fault, with bytes that are not printable ASCII escaped.</summary>
    public string? Key { get; init; }

    internal static RepoFault Of(CarError error, long? offset = null, Cid? cid = null) =>
        new() { Code = error.ToString(), Message = error.Describe(), Offset = offset, Cid = cid };

    internal static RepoFault Of(ProofError error, Cid cid) =>
        new() { Code = error.ToString(), Message = error.Describe(), Cid = cid };

    internal static RepoFault Of(CommitError error, long offset, Cid cid) =>
        new() { Code = error.ToString(), Message = error.Describe(), Offset = offset, Cid = cid };

    internal static RepoFault Of(
        MstError error, Cid cid, long? offset, ReadOnlySpan<byte> key, string? detail = null) =>
            new()
            {
                Code = error.ToString(),
                Message = detail is null ? error.Describe() : $"{error.Describe()}: {detail}",
                Offset = offset,
                Cid = cid,
                Key = key.IsEmpty ? null : Printable(key),
            };

    /// <summary>One line: code, place, block, key, words.</summary>
    public override string ToString()
    {
        var line = new StringBuilder(Code);
        if (Offset is { } offset) line.Append(CultureInfo.InvariantCulture, $" at {offset}");
        if (Cid is { } cid) line.Append(CultureInfo.InvariantCulture, $" cid {cid}");
        if (Key is { } key) line.Append(CultureInfo.InvariantCulture, $" key {key}");
        return line.Append(": ").Append(Message).ToString();
    }

    private static string Printable(ReadOnlySpan<byte> key)
    {
        var text = new StringBuilder(key.Length);
        foreach (byte b in key)
        {
            if (b is > 0x20 and < 0x7f and not (byte)'\\') text.Append((char)b);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return text.ToString();
    }
}
