using System.Text;

namespace Samples;

/// <summary>
/// Words that fill posts nobody will read: mostly short ones, a few beyond ASCII.
/// </summary>
internal static class BigWords
{
    private const string Text =
        """
        a a a the the the the of of and and to to in in is it that was for on are with as at be
        this have from or one had by word but not what all were we when your can said there use an
        each which she do how their if will up other about out many then them these so some her
        would make like him into time has look two more write go see number no way could people my
        than first water been call who oil its now find long down day did get come made may part
        garden river window kettle bicycle umbrella lantern meadow harbour thunder blanket
        marmalade postcard yesterday tomorrow perhaps certainly wonderful terrible quietly slowly
        again always never coffee train station platform delayed cancelled weather rain sunshine
        cloud mountain valley compiler parser keyboard deadline meeting release bug patch review
        lunch Zürich café naïve über Straße señor être вода дом солнце 日本 東京 猫 花 ☕ 🌧️ 🌻 🐈 👋🏽 …
        """;

    private static readonly byte[][] Words =
        [.. Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(Encoding.UTF8.GetBytes)];

    internal static ReadOnlySpan<byte> Pick(SampleRandom random) =>
        Words[random.Below(Words.Length)];
}
