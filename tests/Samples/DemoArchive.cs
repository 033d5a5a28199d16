namespace Samples;

/// <summary>
/// A small archive to look at: two people who follow, answer and like each other over a year, with
/// pictures. Every reference between them resolves. The same bytes on every run.
/// </summary>
public static class DemoArchive
{
    private const int PostCount = 420;
    private const long DayMicroseconds = 86_400_000_000;

    // 1 March 2024, early in the morning.
    private const long FirstMicroseconds = 1_709_269_200_000_000;

    /// <summary>
    /// Writes repos/did_plc_….car with their DID documents, and blobs/DID/SHARD/CID.
    /// </summary>
    public static void Write(string directory)
    {
        var random = new SampleRandom(20240301);
        using var gardener = new DemoAuthor(
            "Ida Moor", "ida.allotment.example", SampleCurve.P256, DemoTexts.Gardener);
        using var ferryman = new DemoAuthor(
            "Bruno Kestner", "bruno.nightferry.test", SampleCurve.K256, DemoTexts.Ferryman);
        long end = Compose([gardener, ferryman], random);
        foreach (var author in (DemoAuthor[])[gardener, ferryman])
        {
            string rev = SampleTid.Of(end, author == gardener ? 7 : 11);
            SampleRepo.Build(author.Did, author.Key, rev, author.Records)
                .WriteTo(Path.Combine(directory, "repos"), author.Handle);
            string blobs = Path.Combine(directory, "blobs", SampleIdentity.FileName(author.Did));
            WriteBlobs(blobs, author);
        }
    }

    private static long Compose(DemoAuthor[] authors, SampleRandom random)
    {
        var clock = new Clock(FirstMicroseconds);
        WriteProfile(
            authors[0], clock, random,
            "Plot 14, north end, mind the hose. Vegetables, weather and one opinionated robin.");
        WriteProfile(
            authors[1], clock, random,
            "Second mate on the night ferry. Lights, soup, lost property.");
        WriteLists(authors, clock);
        for (int i = 0; i < PostCount; i++)
        {
            // About a post a day between them.
            clock.Pass(DayMicroseconds * (20 + random.Below(80)) / 70);
            var author = authors[random.Below(2)];
            WritePost(author, authors, clock, random);
            var other = author == authors[0] ? authors[1] : authors[0];
            if (random.Chance(55)) React(other, "app.bsky.feed.like", author, clock, random);
            if (random.Chance(9)) React(other, "app.bsky.feed.repost", author, clock, random);
            if (i % 30 == 0) WriteAlmanac(authors[0], clock, random);
        }

        clock.Pass(DayMicroseconds);
        return clock.Now;
    }

    private static void WriteProfile(
        DemoAuthor author, Clock clock, SampleRandom random, string description)
    {
        author.Add(
            "app.bsky.actor.profile", "self",
            ("displayName", author.Name),
            ("description", description),
            ("avatar", author.AddPicture(128, 128, random)),
            ("banner", author.AddPicture(600, 200, random)),
            ("createdAt", clock.Date()));
    }

    // They follow each other and some who left long ago: follows that lead nowhere are normal.
    private static void WriteLists(DemoAuthor[] authors, Clock clock)
    {
        for (int i = 0; i < authors.Length; i++)
        {
            var author = authors[i];
            var list = author.Add(
                "app.bsky.graph.list", clock.Tid(),
                ("name", i == 0 ? "Over the fence" : "Regular passengers"),
                ("purpose", "app.bsky.graph.defs#curatelist"),
                ("description", "People worth a kettle of tea."),
                ("createdAt", clock.Date()));
            string[] known =
            [
                authors[1 - i].Did,
                .. Enumerable.Range(0, 14).Select(n => SampleIdentity.Plc($"passer-by {i} {n}")),
            ];
            foreach (string did in known)
            {
                author.Add(
                    "app.bsky.graph.follow", clock.Tid(),
                    ("subject", did), ("createdAt", clock.Date()));
            }

            foreach (string did in known.Take(4))
            {
                author.Add(
                    "app.bsky.graph.listitem", clock.Tid(),
                    ("list", list.Uri), ("subject", did), ("createdAt", clock.Date()));
            }
        }
    }

    private static void WritePost(
        DemoAuthor author, DemoAuthor[] authors, Clock clock, SampleRandom random)
    {
        var fields = new List<(string Key, object? Value)>();
        var answered = random.Chance(22) ? Recent(authors[random.Below(2)], random) : null;
        bool picture = answered is null && random.Chance(8);
        string text = author.Say(
            answered is not null ? DemoTexts.Replies
            : picture ? DemoTexts.PictureCaptions : author.Sentences,
            random);
        fields.Add(("text", text));
        fields.Add(("langs", SampleRecord.List(Language(text))));
        fields.Add(("createdAt", clock.Date()));
        if (DemoAuthor.Facets(text) is { Length: > 0 } facets) fields.Add(("facets", facets));
        if (picture) fields.Add(("embed", Pictures(author, random)));
        var root = answered?.Root ?? answered;
        if (answered is not null)
        {
            fields.Add(("reply", SampleRecord.Map(("root", root!.Ref), ("parent", answered.Ref))));
        }

        var post = author.Add("app.bsky.feed.post", clock.Tid(), [.. fields]);
        author.Posts.Add(post with { Root = root });
    }

    private static (string Key, object? Value)[] Pictures(DemoAuthor author, SampleRandom random)
    {
        object?[] images = new object?[1 + random.Below(2)];
        for (int i = 0; i < images.Length; i++)
        {
            images[i] = SampleRecord.Map(
                ("alt", DemoTexts.Say(DemoTexts.PictureDescriptions, random)),
                ("image", author.AddPicture(480, 320, random)),
                ("aspectRatio", SampleRecord.Map(("width", 480), ("height", 320))));
        }

        return SampleRecord.Map(("$type", "app.bsky.embed.images"), ("images", images));
    }

    private static void React(
        DemoAuthor from, string collection, DemoAuthor to, Clock clock, SampleRandom random)
    {
        if (Recent(to, random) is not { } post || !from.Reacts(collection, post)) return;
        clock.Pass(60_000_000L * (1 + random.Below(200)));
        from.Add(
            collection, clock.Tid(), ("subject", post.Ref), ("createdAt", clock.Date()));
    }

    // A collection of nobody's app, with numbers and nesting, for readers that know no schema.
    private static void WriteAlmanac(DemoAuthor author, Clock clock, SampleRandom random) =>
        author.Add(
            "example.allotment.almanac", clock.Tid(),
            ("bed", random.Below(9) + 1),
            ("rainMillimetres", random.Below(40)),
            ("frost", random.Chance(30)),
            ("lowestDegrees", random.Below(25) - 8),
            ("note", null),
            ("harvest", SampleRecord.List(
                SampleRecord.Map(("what", "leeks"), ("grams", 200 + random.Below(3000))),
                SampleRecord.Map(("what", "kale"), ("grams", 100 + random.Below(900))))),
            ("createdAt", clock.Date()));

    private static DemoPost? Recent(DemoAuthor author, SampleRandom random)
    {
        int count = author.Posts.Count;
        return count == 0 ? null : author.Posts[count - 1 - random.Below(Math.Min(6, count))];
    }

    private static string Language(string text) =>
        text.StartsWith("Der ", StringComparison.Ordinal) ? "de"
        : text.StartsWith("La ", StringComparison.Ordinal) ? "fr" : "en";

    private static void WriteBlobs(string directory, DemoAuthor author)
    {
        foreach (var (cid, bytes) in author.Blobs)
        {
            string name = cid.ToString();
            string shard = Path.Combine(directory, name[^2..]);
            Directory.CreateDirectory(shard);
            File.WriteAllBytes(Path.Combine(shard, name), bytes);
        }
    }

    // Time in the demo: it moves with every record, so that no two share a key.
    private sealed class Clock(long now)
    {
        internal long Now { get; private set; } = now;

        internal void Pass(long microseconds) => Now += microseconds;

        internal string Tid()
        {
            Now += 1_234_567;
            return SampleTid.Of(Now, 5);
        }

        internal string Date()
        {
            Span<byte> date = stackalloc byte[24];
            SampleTid.FormatDate(Now, date);
            return System.Text.Encoding.ASCII.GetString(date);
        }
    }
}
