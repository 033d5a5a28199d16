namespace Samples;

/// <summary>
/// What the two people of the demo say: one sentence a line, in DemoTexts/. Braces choose one of
/// the parts between them.
/// </summary>
internal static class DemoTexts
{
    internal static readonly string[] Gardener = Read("gardener");

    internal static readonly string[] Ferryman = Read("ferryman");

    internal static readonly string[] Replies = Read("replies");

    internal static readonly string[] PictureCaptions = Read("captions");

    internal static readonly string[] PictureDescriptions = Read("descriptions");

    /// <summary>One sentence with each choice in it made.</summary>
    internal static string Say(string[] sentences, SampleRandom random)
    {
        string text = random.Pick<string>(sentences);
        while (text.IndexOf('{', StringComparison.Ordinal) is >= 0 and int open)
        {
            int close = text.IndexOf('}', open);
            string[] choices = text[(open + 1)..close].Split('|');
            text = text[..open] + random.Pick<string>(choices) + text[(close + 1)..];
        }

        return text;
    }

    private static string[] Read(string name)
    {
        using var resource = typeof(DemoTexts).Assembly.GetManifestResourceStream(name + ".txt")
            ?? throw new InvalidOperationException(name + ".txt is not embedded");
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
