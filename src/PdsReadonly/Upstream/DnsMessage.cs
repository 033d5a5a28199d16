using System.Buffers.Binary;
using System.Text;

namespace PdsReadonly.Upstream;

/// <summary>
/// The one question that is asked of name servers, for the texts of a name, and the answer to it
/// (RFC 1035). Names are compared without case.
/// </summary>
internal static class DnsMessage
{
    /// <summary>Longest name as it is sent, with its lengths.</summary>
    internal const int NameBytesMax = 255;

    private const int HeaderBytes = 12;
    private const int QuestionTailBytes = 4;
    private const int LabelBytesMax = 63;
    private const int AliasesMax = 8;
    private const ushort TypeAlias = 5;
    private const ushort TypeText = 16;
    private const ushort ClassInternet = 1;
    private const ushort RecursionDesired = 0x0100;
    private const int NoSuchNameCode = 3;

    /// <summary>
    /// The question; null when the name is too long, or no name of letters and dots.
    /// </summary>
    internal static byte[]? WriteQuery(ushort id, string name)
    {
        Span<byte> wire = stackalloc byte[NameBytesMax];
        int length = 0;
        foreach (string label in name.Split('.'))
        {
            bool fits = label.Length is > 0 and <= LabelBytesMax && Ascii.IsValid(label)
                && length + label.Length + 2 <= NameBytesMax;
            if (!fits) return null;
            wire[length++] = (byte)label.Length;
            length += Encoding.ASCII.GetBytes(label.ToLowerInvariant(), wire[length..]);
        }

        wire[length++] = 0;
        byte[] query = new byte[HeaderBytes + length + QuestionTailBytes];
        BinaryPrimitives.WriteUInt16BigEndian(query, id);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(2), RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(4), 1);
        wire[..length].CopyTo(query.AsSpan(HeaderBytes));
        var tail = query.AsSpan(HeaderBytes + length);
        BinaryPrimitives.WriteUInt16BigEndian(tail, TypeText);
        BinaryPrimitives.WriteUInt16BigEndian(tail[2..], ClassInternet);
        return query;
    }

    /// <summary>
    /// Reads the texts that the answer gives to exactly this question, also by way of aliases. Each
    /// text is one record's, its parts put together; bytes beyond ASCII stand for themselves.
    /// </summary>
    internal static DnsError Read(
        ReadOnlySpan<byte> answer, ReadOnlySpan<byte> query, List<string> texts)
    {
        if (answer.Length < HeaderBytes) return DnsError.Malformed;
        if (!answer[..2].SequenceEqual(query[..2])) return DnsError.WrongId;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(answer[2..]);
        // An answer, to an ordinary query.
        if ((flags & 0xf800) != 0x8000) return DnsError.NotAnAnswer;
        int code = flags & 0xf;
        int questions = BinaryPrimitives.ReadUInt16BigEndian(answer[4..]);
        // Who refuses may leave the question out.
        if (questions == 0 && code is not 0 and not NoSuchNameCode) return DnsError.ServerFailed;
        int at = HeaderBytes;
        if (questions != 1) return DnsError.WrongQuestion;
        var error = ReadQuestion(answer, query, ref at, out byte[] name);
        if (error != DnsError.None) return error;
        if (code == NoSuchNameCode) return DnsError.NoSuchName;
        if (code != 0) return DnsError.ServerFailed;
        bool isTruncated = (flags & 0x0200) != 0;
        if (isTruncated) return DnsError.Truncated;
        int count = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]);
        return ReadRecords(answer, at, count, name, texts)
            ? DnsError.None
            : DnsError.Malformed;
    }

    private static DnsError ReadQuestion(
        ReadOnlySpan<byte> answer, ReadOnlySpan<byte> query, ref int at, out byte[] name)
    {
        if (!TryReadName(answer, ref at, out name)) return DnsError.Malformed;
        if (answer.Length - at < QuestionTailBytes) return DnsError.Malformed;
        var asked = query[HeaderBytes..];
        bool isSame = asked.StartsWith(name)
            && asked[name.Length..].SequenceEqual(answer.Slice(at, QuestionTailBytes));
        at += QuestionTailBytes;
        return isSame ? DnsError.None : DnsError.WrongQuestion;
    }

    private static bool ReadRecords(
        ReadOnlySpan<byte> answer, int at, int count, byte[] name, List<string> texts)
    {
        var aliases = new List<(byte[] Owner, byte[] Target)>();
        var found = new List<(byte[] Owner, string Text)>();
        for (int i = 0; i < count; i++)
        {
            if (!TryReadName(answer, ref at, out var owner) || answer.Length - at < 10)
            {
                return false;
            }

            var head = answer.Slice(at, 10);
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(head);
            bool isInternet = BinaryPrimitives.ReadUInt16BigEndian(head[2..]) == ClassInternet;
            int length = BinaryPrimitives.ReadUInt16BigEndian(head[8..]);
            at += head.Length;
            if (answer.Length - at < length) return false;
            if (type == TypeText && isInternet)
            {
                if (!TryReadText(answer.Slice(at, length), out string text)) return false;
                found.Add((owner, text));
            }
            else if (type == TypeAlias && isInternet)
            {
                int end = at;
                if (!TryReadName(answer, ref end, out var target)) return false;
                if (end != at + length) return false;
                aliases.Add((owner, target));
            }

            at += length;
        }

        var sought = FollowAliases(aliases, name);
        foreach (var (owner, text) in found)
        {
            if (owner.AsSpan().SequenceEqual(sought)) texts.Add(text);
        }

        return true;
    }

    // In whatever order they come; those that lead in a circle end somewhere, without a text.
    private static byte[] FollowAliases(List<(byte[] Owner, byte[] Target)> aliases, byte[] name)
    {
        for (int i = 0; i < AliasesMax; i++)
        {
            int next = aliases.FindIndex(alias => alias.Owner.AsSpan().SequenceEqual(name));
            if (next < 0) break;
            name = aliases[next].Target;
        }

        return name;
    }

    private static bool TryReadText(ReadOnlySpan<byte> data, out string text)
    {
        var parts = new StringBuilder();
        text = "";
        if (data.IsEmpty) return false;
        while (!data.IsEmpty)
        {
            int length = data[0];
            if (data.Length <= length) return false;
            parts.Append(Encoding.Latin1.GetString(data.Slice(1, length)));
            data = data[(1 + length)..];
        }

        text = parts.ToString();
        return true;
    }

    /// <summary>
    /// The name as it would be sent, in lower case and without pointers; the position moves behind
    /// what stands here of it.
    /// </summary>
    private static bool TryReadName(ReadOnlySpan<byte> message, ref int at, out byte[] name)
    {
        name = [];
        Span<byte> wire = stackalloc byte[NameBytesMax];
        int length = 0;
        int from = at;
        int start = at;
        bool isFollowing = false;
        while (from < message.Length)
        {
            int size = message[from];
            if (size >= 0xc0)
            {
                if (from + 1 >= message.Length) return false;
                int target = BinaryPrimitives.ReadUInt16BigEndian(message[from..]) & 0x3fff;
                // Only to what came before, always further back: so it ends.
                if (target >= start) return false;
                if (!isFollowing) at = from + 2;
                isFollowing = true;
                from = start = target;
                continue;
            }

            bool fits = size <= LabelBytesMax && from + size < message.Length
                && length + size + 1 <= NameBytesMax;
            if (!fits) return false;
            wire[length++] = (byte)size;
            from++;
            if (size == 0)
            {
                if (!isFollowing) at = from;
                name = wire[..length].ToArray();
                return true;
            }

            Ascii.ToLower(message.Slice(from, size), wire[length..], out _);
            // What is no ASCII stops the conversion, and is in no name that we ask for.
            if (!Ascii.IsValid(message.Slice(from, size))) return false;
            length += size;
            from += size;
        }

        return false;
    }
}
