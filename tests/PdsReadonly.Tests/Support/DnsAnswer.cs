using System.Buffers.Binary;
using System.Text;

namespace PdsReadonly.Tests.Support;

/// <summary>Puts answers of name servers together, good ones and others.</summary>
internal sealed class DnsAnswer
{
    internal const ushort Alias = 5;
    internal const ushort Text = 16;

    private readonly List<byte> _bytes = [];
    private ushort _count;

    /// <param name="query">Its id and question are repeated.</param>
    /// <param name="flags">By default: an answer, of a server that recurses.</param>
    internal DnsAnswer(ReadOnlySpan<byte> query, ushort flags = 0x8180)
    {
        _bytes.AddRange(query);
        byte[] word = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(word, flags);
        _bytes[2] = word[0];
        _bytes[3] = word[1];
    }

    /// <summary>Where the question's name stands, as a pointer.</summary>
    internal static byte[] QuestionName => [0xc0, 12];

    internal static byte[] Name(string name) =>
    [
        .. name.Split('.').SelectMany(
            label => Encoding.Latin1.GetBytes(label).Prepend((byte)label.Length)),
        0,
    ];

    internal static byte[] Parts(params string[] parts) =>
    [
        .. parts.SelectMany(part => Encoding.Latin1.GetBytes(part).Prepend((byte)part.Length)),
    ];

    internal DnsAnswer Add(byte[] owner, ushort type, byte[] data, int? length = null)
    {
        byte[] head = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(head, type);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(8), (ushort)(length ?? data.Length));
        _bytes.AddRange(owner);
        _bytes.AddRange(head);
        _bytes.AddRange(data);
        _count++;
        return this;
    }

    internal DnsAnswer AddText(params string[] parts) => Add(QuestionName, Text, Parts(parts));

    internal byte[] ToBytes()
    {
        byte[] bytes = [.. _bytes];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), _count);
        return bytes;
    }
}
