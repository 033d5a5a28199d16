using System.Buffers;
using System.Text;

namespace Atproto.Syntax;

/// <summary>
/// A timestamp identifier (https://atproto.com/specs/tid): 53 bits of microseconds and 10 bits of
/// clock id, written as 13 characters. The text form can spell all 64 bits, so every ulong is a
/// TID; order of numbers and order of texts are the same.
/// </summary>
public readonly record struct Tid(ulong Value) : ISyntax<Tid>, IComparable<Tid>
{
    /// <summary>Length of every TID, in characters.</summary>
    public const int Length = 13;

    private const int ClockIdBits = 10;

    private static ReadOnlySpan<byte> Alphabet => "234567abcdefghijklmnopqrstuvwxyz"u8;

    /// <summary>Microseconds since 1970-01-01 UTC.</summary>
    public long Microseconds => (long)(Value >> ClockIdBits);

    /// <summary>0 to 1023; tells apart what was named in the same microsecond.</summary>
    public int ClockId => (int)(Value & ((1 << ClockIdBits) - 1));

    public static bool IsValid(ReadOnlySpan<byte> text) => TryParse(text, out _);

    public static bool TryParse(ReadOnlySpan<byte> text, out Tid tid)
    {
        tid = default;
        if (text.Length != Length) return false;

        ulong value = 0;
        foreach (byte c in text)
        {
            uint digit = Digit(c);
            // Thirteen digits are 65 bits: the first digit may not use its highest.
            if (digit > 31 || value >> 59 != 0) return false;
            value = (value << 5) | digit;
        }

        tid = new Tid(value);
        return true;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out Tid tid)
    {
        tid = default;
        Span<byte> bytes = stackalloc byte[Length];
        return text.Length == Length
            && Ascii.FromUtf16(text, bytes, out _) == OperationStatus.Done
            && TryParse(bytes, out tid);
    }

    public static Tid From(Utf8<Tid> value)
    {
        _ = TryParse(value.Bytes, out var tid);
        return tid;
    }

    /// <summary>Writes the 13 characters.</summary>
    public void FormatTo(Span<byte> destination)
    {
        ulong rest = Value;
        for (int i = Length - 1; i >= 0; i--)
        {
            destination[i] = Alphabet[(int)(rest & 31)];
            rest >>= 5;
        }
    }

    public override string ToString() =>
        string.Create(Length, this, static (chars, tid) =>
        {
            Span<byte> text = stackalloc byte[Length];
            tid.FormatTo(text);
            for (int i = 0; i < chars.Length; i++) chars[i] = (char)text[i];
        });

    public int CompareTo(Tid other) => Value.CompareTo(other.Value);

    public static bool operator <(Tid left, Tid right) => left.Value < right.Value;

    public static bool operator <=(Tid left, Tid right) => left.Value <= right.Value;

    public static bool operator >(Tid left, Tid right) => left.Value > right.Value;

    public static bool operator >=(Tid left, Tid right) => left.Value >= right.Value;

    private static uint Digit(byte c)
    {
        uint letter = (uint)(c - 'a');
        if (letter < 26) return letter + 6;
        uint number = (uint)(c - '2');
        return number < 6 ? number : 32;
    }
}
