using Atproto.Cbor;
using Shared;

namespace Conformance.Tests;

/// <summary>
/// The examples of RFC 8949 and hundreds of malformed ones. Of those that are sound CBOR, DAG-CBOR
/// as atproto has it takes the ones listed here and no others: no floats, tags, simple values
/// beyond three, indefinite lengths, or keys that are not text.
/// </summary>
public sealed class CborRfc8949Tests
{
    private const string File = "cbor/rfc8949/rfc8949-vectors.json";

    private static readonly HashSet<string> s_accepted = new(StringComparer.OrdinalIgnoreCase)
    {
        "00", "01", "0a", "17", "1818", "1819", "1864", "1903e8", "1a000f4240",
        "1b000000e8d4a51000", "1b3fffffffffffffff", "1bffffffffffffffff", "3bffffffffffffffff",
        "20", "29", "3863", "3903e7", "f4", "f5", "f6", "40", "4401020304", "60", "6161",
        "6449455446", "62225c",
        "62c3bc", "63e6b0b4", "64f0908591", "80", "83010203", "8301820203820405",
        "98190102030405060708090a0b0c0d0e0f101112131415161718181819", "a0", "a26161016162820203",
        "826161a161626163", "a56161614161626142616361436164614461656145",
    };

    public static IEnumerable<int> Cases() => Corpus.Indices(File);

    [Test]
    [MethodDataSource(nameof(Cases))]
    public void Block_Vector_IsAcceptedExactlyWhenLegal(int index)
    {
        string hex = Corpus.Element(File, index).GetProperty("hex").GetString()!;
        var error = CborCheck.Block(Convert.FromHexString(hex), CborRules.Strict);
        Assert.True(s_accepted.Contains(hex) == (error == CborError.None), $"{hex}: {error}");
    }

    [Test]
    public void Cases_All_AreThere()
    {
        Corpus.Require();
        Assert.Equal(778, Cases().Count());
        var given = Cases().Select(index => Corpus.Element(File, index))
            .Select(vector => vector.GetProperty("hex").GetString()!)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.Subset(given, s_accepted);
    }
}
