using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PdsReadonly.Cli;

/// <summary>Reads values of options and variables, and says in one way what was expected.</summary>
internal static class OptionText
{
    internal delegate bool TryParse<T>(string text, [MaybeNullWhen(false)] out T value);

    /// <summary>For an option of one value.</summary>
    internal static Func<ArgumentResult, T?> Parser<T>(
        string name, TryParse<T> parse, string expected) =>
        result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
            if (parse(text, out var value)) return value;
            result.AddError($"{name} {text}: expected {expected}");
            return default;
        };

    /// <summary>For an option that may come any number of times.</summary>
    internal static Func<ArgumentResult, T[]?> ListParser<T>(
        string name, TryParse<T> parse, string expected) =>
        result =>
        {
            var values = new List<T>();
            foreach (var token in result.Tokens)
            {
                if (parse(token.Value, out var value)) values.Add(value);
                else result.AddError($"{name} {token.Value}: expected {expected}");
            }

            return [.. values];
        };

    /// <summary>Digits alone: no sign, no spaces.</summary>
    internal static bool TryParseNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>Names alone: the platform's parser also takes numbers and lists.</summary>
    internal static bool TryParseName<T>(string text, out T value)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out value)
        && text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase);

    /// <summary>An environment variable; null when it is empty as well.</summary>
    internal static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
