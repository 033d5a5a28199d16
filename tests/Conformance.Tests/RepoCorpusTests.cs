using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Atproto.Crypto;
using Atproto.Identity;
using Atproto.Multiformats;
using Atproto.Repo;
using Atproto.Syntax;
using Shared;

namespace Conformance.Tests;

/// <summary>Real exports, beside what an independent implementation reads in them.</summary>
public sealed class RepoCorpusTests
{
    public static IEnumerable<string> Repos() => Corpus.Files("repos", "*.car");

    public static IEnumerable<string> Documents() =>
        Corpus.Files("repos", "*.did.json");

    [Test]
    [MethodDataSource(nameof(Repos))]
    public void Verify_RealRepo_HasTheExpectedRecords(string file)
    {
        byte[] car = File.ReadAllBytes(Corpus.PathOf($"repos/{file}"));
        string name = Path.GetFileNameWithoutExtension(file);
        string path = Corpus.PathOf($"repos/{name}.expected.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var expected = document.RootElement;
        var found = Verify(car);
        Assert.Null(found.Fault);
        Assert.Equal(Text(expected, "did"), found.Commit!.Did.ToString());
        Assert.Equal(Text(expected, "rev"), found.Commit.Rev.ToString());
        Assert.Equal(Text(expected, "head"), found.Commit.Cid.ToString());
        Assert.Equal(Text(expected, "data"), found.Commit.Data.ToString());
        Assert.Equal(expected.GetProperty("version").GetInt32(), found.Commit.Version);
        Assert.Equal(expected.GetProperty("count").GetInt64(), found.Counts.Records);
        Assert.Equal(0, found.Counts.RecordsUndecodable);
        Assert.Equal(
            expected.GetProperty("records").EnumerateArray()
                .Select(r => $"{r[0].GetString()} {r[1].GetString()}"),
            found.Sink.Records.Select(r => $"{r.Path} {Cid.Of(CidCodec.DagCbor, r.Block)}"));
        Assert.Equal(
            expected.GetProperty("collections").EnumerateObject()
                .Select(c => $"{c.Name} {c.Value.GetInt32()}").Order(StringComparer.Ordinal),
            found.Sink.Records.GroupBy(r => r.Path.Split('/')[0])
                .Select(g => $"{g.Key} {g.Count()}").Order(StringComparer.Ordinal));
    }

    [Test]
    [MethodDataSource(nameof(Repos))]
    public void FindCollections_RealRepo_AreTheExpectedOnesAndProveThemselves(string file)
    {
        byte[] car = File.ReadAllBytes(Corpus.PathOf($"repos/{file}"));
        string name = Path.GetFileNameWithoutExtension(file);
        string path = Corpus.PathOf($"repos/{name}.expected.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var expected = document.RootElement.GetProperty("collections").EnumerateObject()
            .Select(c => c.Name).OrderBy(c => c + "/", StringComparer.Ordinal).ToList();
        Assert.True(Did.TryParse(Text(document.RootElement, "did"), out var did));
        var repo = new SparseRepo(did);
        Assert.Equal(TakeStatus.Newer, repo.Take(car, out _));
        Assert.Equal(expected, repo.FindCollections().Proven?.Collections);

        var proof = new ArrayBufferWriter<byte>();
        Assert.Null(CollectionProof.Write(repo, proof));
        Assert.True(proof.WrittenCount <= car.Length);
        Assert.Null(CollectionProof.Verify(proof.WrittenSpan, did, null, null, out var proven));
        Assert.Equal(expected, proven!.Collections);
        Assert.Equal(Text(document.RootElement, "head"), proven.Commit.Cid.ToString());
    }

    [Test]
    [MethodDataSource(nameof(Repos))]
    public void TryWrite_RealRecords_AreTheExpectedValues(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        string path = Corpus.PathOf($"repos/{name}.expected.values.jsonl");
        string[] lines = [.. File.ReadLines(path).Where(line => line.Length > 0)];
        var found = Verify(File.ReadAllBytes(Corpus.PathOf($"repos/{file}")));
        Assert.Equal(lines.Length, found.Sink.Records.Count);
        foreach (var (line, record) in lines.Zip(found.Sink.Records))
        {
            var expected = JsonNode.Parse(line)!;
            Assert.Equal(record.Path, (string?)expected["path"]);
            Assert.True(
                JsonForms.AreEqual(expected["value"], JsonForms.Of(record.Block)), record.Path);
        }
    }

    [Test]
    [MethodDataSource(nameof(Documents))]
    public void Verify_RepoWithADocument_IsSignedByItsKey(string file)
    {
        byte[] json = File.ReadAllBytes(Corpus.PathOf($"repos/{file}"));
        string car = file.Replace(".did.json", ".car", StringComparison.Ordinal);
        var commit = Verify(File.ReadAllBytes(Corpus.PathOf($"repos/{car}"))).Commit!;
        Assert.Equal(
            DidDocumentError.None, DidDocument.TryParse(json, commit.Did, out var document));
        Assert.Equal(SignatureError.None, SignatureVerifier.Verify(
            document!.SigningKey!, commit.SignedDigest.Span, commit.Signature.Span));
    }

    [Test]
    [Arguments("go-car-badheaderlength.car", "LengthMalformed")]
    [Arguments("go-car-badsectionlength.car", "RootAbsent")]
    [Arguments("go-car-sample-v1.car", "RootUnsupported")]
    [Arguments("go-car-sample-wrapped-v2.car", "VersionUnsupported")]
    [Arguments("ipld-carv1-basic.car", "CidMalformed")]
    [Arguments("ipld-carv2-basic.car", "VersionUnsupported")]
    [Arguments("repo_slice.car", "NodeMissing")]
    public void Verify_WhatIsNoRepo_IsRefusedByItsCause(string file, string code)
    {
        var found = Verify(File.ReadAllBytes(Corpus.PathOf($"refused/{file}")));
        Assert.True(code == found.Fault?.Code, found.Fault?.ToString());
    }

    private static Found Verify(byte[] car)
    {
        var source = new MemoryCar(car);
        var sink = new Sink(source);
        using var verifier = new RepoVerifier(new MemorySpill(), 0);
        var fault = verifier.ReadBlocks(source) ?? verifier.Walk(sink);
        return new Found(fault, verifier.Commit, verifier.Counts, sink);
    }

    private static string? Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString();

    private sealed record Found(RepoFault? Fault, Commit? Commit, RepoCounts Counts, Sink Sink);

    private sealed class Sink(MemoryCar source) : IRepoSink
    {
        private readonly Dictionary<uint, byte[]> _blocks = [];

        internal List<(string Path, byte[] Block)> Records { get; } = [];

        public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place)
        {
            byte[] block = new byte[place.Length];
            source.Read(place.Offset, block);
            _blocks.Add(ordinal, block);
        }

        public void OnRecord(
            ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm)
        {
            string path = Encoding.ASCII.GetString([.. collection, (byte)'/', .. rkey]);
            Records.Add((path, _blocks[ordinal]));
        }

        public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType)
        {
        }
    }
}
