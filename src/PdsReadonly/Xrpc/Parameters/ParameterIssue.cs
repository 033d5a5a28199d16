using System.Text;

namespace PdsReadonly.Xrpc.Parameters;

/// <summary>
/// The one place where a refused parameter becomes words, those of the reference implementation:
/// clients and tests match on them.
/// </summary>
internal static class ParameterIssue
{
    /// <summary>UTF-16 units of a value that a message shows before an ellipsis.</summary>
    private const int ShownUnitsMax = 255;

    internal static string Missing(string name) => $"Missing required key \"{name}\"";

    internal static string WrongFormat(string format, ReadOnlySpan<byte> value) =>
        $"Invalid {format} (got {Quote(value)})";

    internal static string TooSmall(long minimum, long value) =>
        $"integer too small (minimum {minimum}, got {value})";

    internal static string TooBig(long maximum, long value) =>
        $"integer too big (maximum {maximum}, got {value})";

    internal static string IntegerBeyondModel(ReadOnlySpan<byte> value) =>
        $"Expected integer value type (got {IntegerText.Print(value)})";

    internal static string NotInteger(ReadOnlySpan<byte> value) =>
        $"Expected integer value type (got {Quote(value)})";

    internal static string NotBoolean(ReadOnlySpan<byte> value) =>
        $"Expected boolean value type (got {Quote(value)})";

    internal static string RepeatedText(scoped in GivenValues values) =>
        RepeatedText(values.First, values.Second, values.Count);

    internal static string RepeatedText(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int count) =>
        Repeated("string", Quote(first), Quote(second), count);

    internal static string RepeatedInteger(scoped in GivenValues values)
    {
        string first = IntegerText.Print(values.First);
        return Repeated("integer", first, IntegerText.Print(values.Second), values.Count);
    }

    internal static string RepeatedBoolean(scoped in GivenValues values)
    {
        string first = Encoding.UTF8.GetString(values.First);
        return Repeated("boolean", first, Encoding.UTF8.GetString(values.Second), values.Count);
    }

    private static string Repeated(string type, string first, string second, int count) =>
        $"Expected {type} value type (got [{first}, {second}{(count > 2 ? ", ..." : "")}])";

    private static string Quote(ReadOnlySpan<byte> value)
    {
        string text = Encoding.UTF8.GetString(value);
        if (text.Length > ShownUnitsMax) text = text[..ShownUnitsMax] + "\u2026";
        return $"\"{JsonText.Escape(text)}\"";
    }
}
