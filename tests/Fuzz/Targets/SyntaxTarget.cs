using System.Text;
using Atproto.Repo;
using Atproto.Syntax;

namespace Fuzz.Targets;

/// <summary>Identifiers: valid exactly when they parse, and printed as they were.</summary>
internal sealed class SyntaxTarget : FuzzTarget
{
    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. ((string[])
        [
            "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "did:web:example.com%3A80", "alice.example.com",
            "xn--a.test", "com.example.fooBar", "net.users.bob.ping", "3jzfcijpj2z2a", "self",
            "pre:fix", "~1.2-3_", "...", "at://alice.example.com/com.example.thing/self",
            "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz", "app.bsky.feed.post/3jzfcijpj2z2a",
        ]).Select(Encoding.ASCII.GetBytes),
    ];

    internal override int Share => 14;

    internal override void Run(byte[] input)
    {
        string text = Encoding.Latin1.GetString(input);
        Same(Did.IsValid(input), Did.TryParse(input, out var did), did, text);
        Same(Nsid.IsValid(input), Nsid.TryParse(input, out var nsid), nsid, text);
        Same(RecordKey.IsValid(input), RecordKey.TryParse(input, out var rkey), rkey, text);
        Same(Tid.IsValid(input), Tid.TryParse(input, out var tid), tid, text);
        Same(AtUri.IsValid(input), AtUri.TryParse(input, out var uri), uri, text);
        // Upper and lower case are one handle.
        bool isHandle = Handle.TryParse(input, out var handle);
        Assert.Equal(Handle.IsValid(input), isHandle);
        if (isHandle) Assert.Equal(text, handle.ToString(), ignoreCase: true);
        Assert.Equal(AtIdentifier.IsValid(input), AtIdentifier.TryParse(input, out _));
        if (RepoPath.TrySplit(input, out int length)) Assert.Equal((byte)'/', input[length]);
    }

    private static void Same<T>(bool isValid, bool isParsed, T value, string text)
    {
        Assert.Equal(isValid, isParsed);
        if (isParsed) Assert.Equal(text, value?.ToString());
    }
}
