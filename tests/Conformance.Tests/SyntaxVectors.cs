using System.Text;
using Atproto.Multiformats;
using Atproto.Syntax;
using Shared;

namespace Conformance.Tests;

/// <summary>The syntax files that all implementations share, each line a case.</summary>
public sealed class SyntaxVectors
{
    private delegate bool Parser<T>(ReadOnlySpan<char> text, out T value);

    public static IEnumerable<string> Lines(string file) =>
        Corpus.Lines($"interop/syntax/{file}.txt");

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["did_syntax_valid"])]
    public void Did_ValidLine_IsAccepted(string line) => Accepts<Did>(line, Did.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["did_syntax_invalid"])]
    public void Did_InvalidLine_IsRefused(string line) => Refuses<Did>(line, Did.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["handle_syntax_valid"])]
    public void Handle_ValidLine_IsAcceptedInLowerCase(string line) =>
        Accepts<Handle>(line, Handle.TryParse, line.ToLowerInvariant());

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["handle_syntax_invalid"])]
    public void Handle_InvalidLine_IsRefused(string line) => Refuses<Handle>(line, Handle.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["atidentifier_syntax_valid"])]
    public void AtIdentifier_ValidLine_IsAccepted(string line) => Accepts<AtIdentifier>(
        line,
        AtIdentifier.TryParse,
        line.StartsWith("did:", StringComparison.Ordinal) ? line : line.ToLowerInvariant());

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["atidentifier_syntax_invalid"])]
    public void AtIdentifier_InvalidLine_IsRefused(string line) =>
        Refuses<AtIdentifier>(line, AtIdentifier.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["nsid_syntax_valid"])]
    public void Nsid_ValidLine_IsAccepted(string line) => Accepts<Nsid>(line, Nsid.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["nsid_syntax_invalid"])]
    public void Nsid_InvalidLine_IsRefused(string line) => Refuses<Nsid>(line, Nsid.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["recordkey_syntax_valid"])]
    public void RecordKey_ValidLine_IsAccepted(string line) =>
        Accepts<RecordKey>(line, RecordKey.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["recordkey_syntax_invalid"])]
    public void RecordKey_InvalidLine_IsRefused(string line) =>
        Refuses<RecordKey>(line, RecordKey.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["tid_syntax_valid"])]
    public void Tid_ValidLine_IsAccepted(string line) => Accepts<Tid>(line, Tid.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["tid_syntax_invalid"])]
    public void Tid_InvalidLine_IsRefused(string line) => Refuses<Tid>(line, Tid.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["aturi_syntax_valid"])]
    public void AtUri_ValidLine_IsAccepted(string line) => Accepts<AtUri>(line, AtUri.TryParse);

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["aturi_syntax_invalid"])]
    public void AtUri_InvalidLine_IsRefused(string line) => Refuses<AtUri>(line, AtUri.TryParse);

    /// <summary>
    /// The file was made for a pattern that lets any letters and digits pass. We accept the one
    /// form that atproto writes, base32 in lower case, and refuse the file's other lines on
    /// purpose: those in base58btc ("z"), base64 ("m"), base16 ("f"), and a number ("7", which
    /// would be octal).
    /// </summary>
    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["cid_syntax_valid"])]
    public void Cid_ValidLine_IsAcceptedInBase32Only(string line)
    {
        Corpus.Require();
        Assert.Contains(line[0], "bzmf7");
        Assert.Equal(line[0] == 'b', Cid.IsValid(Encoding.UTF8.GetBytes(line)));
    }

    [Test]
    [MethodDataSource(nameof(Lines), Arguments = ["cid_syntax_invalid"])]
    public void Cid_InvalidLine_IsRefused(string line)
    {
        Corpus.Require();
        Assert.False(Cid.IsValid(Encoding.UTF8.GetBytes(line)));
    }

    private static void Accepts<T>(string line, Parser<T> parser, string? text = null)
        where T : ISyntax<T>
    {
        Corpus.Require();
        Assert.True(T.IsValid(Encoding.UTF8.GetBytes(line)));
        Assert.True(parser(line, out var value));
        Assert.Equal(text ?? line, value!.ToString());
    }

    private static void Refuses<T>(string line, Parser<T> parser)
        where T : ISyntax<T>
    {
        Corpus.Require();
        Assert.False(T.IsValid(Encoding.UTF8.GetBytes(line)));
        Assert.False(parser(line, out var value));
        Assert.Equal(default, value);
    }
}
