using System.Text;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Xrpc;

/// <summary>
/// Every parameter of every query: missing, empty, twice, malformed, at its limits.
/// </summary>
[ClassDataSource<ArchiveServer>(Shared = SharedType.PerClass)]
public sealed class ParameterTests(ArchiveServer server)
{
    // Each query with one good value for every parameter, in the lexicon's order.
    private static readonly (string Nsid, (string Name, string Type, bool Required)[] Parameters)[]
        s_queries =
        [
            ("com.atproto.repo.describeRepo", [("repo", "at-identifier", true)]),
            ("com.atproto.repo.getRecord",
            [
                ("repo", "at-identifier", true), ("collection", "nsid", true),
                ("rkey", "record-key", true), ("cid", "cid", false),
            ]),
            ("com.atproto.repo.listRecords",
            [
                ("repo", "at-identifier", true), ("collection", "nsid", true),
                ("limit", "1-100", false), ("cursor", "text", false), ("reverse", "boolean", false),
            ]),
            ("com.atproto.sync.listRepos", [("limit", "1-1000", false), ("cursor", "text", false)]),
            ("com.atproto.sync.getRepoStatus", [("did", "did", true)]),
            ("com.atproto.sync.getLatestCommit", [("did", "did", true)]),
            ("com.atproto.sync.getHead", [("did", "did", true)]),
            ("com.atproto.sync.getRepo", [("did", "did", true), ("since", "tid", false)]),
            ("com.atproto.sync.getCheckout", [("did", "did", true)]),
            ("com.atproto.sync.getRecord",
                [("did", "did", true), ("collection", "nsid", true), ("rkey", "record-key", true)]),
            ("com.atproto.sync.getBlocks", [("did", "did", true), ("cids", "cids", true)]),
            ("com.atproto.sync.getBlob", [("did", "did", true), ("cid", "blob", true)]),
            ("com.atproto.sync.getRepoCollections",
            [
                ("did", "did", true), ("after", "nsid", false), ("limit", "1-10000", false),
                ("commit", "head", false),
            ]),
            ("com.atproto.sync.listBlobs",
            [
                ("did", "did", true), ("since", "tid", false), ("limit", "1-1000", false),
                ("cursor", "text", false),
            ]),
            ("com.atproto.sync.listReposByCollection",
                [("collection", "nsid", true),
                    ("limit", "1-2000", false), ("cursor", "text", false)]),
            ("com.atproto.identity.resolveHandle", [("handle", "handle", true)]),
            ("com.atproto.identity.resolveDid", [("did", "did", true)]),
            ("com.atproto.identity.resolveIdentity", [("identifier", "at-identifier", true)]),
        ];

    public static TheoryData<string> Queries => [.. s_queries.Select(query => query.Nsid)];

    [Test]
    [MethodDataSource(nameof(Queries))]
    public async Task Parameters_AllGood_AreAccepted(string nsid)
    {
        var answer = await AskAsync(nsid, []);
        Assert.True(answer.Status == 200, answer.Text);
    }

    [Test]
    [MethodDataSource(nameof(Queries))]
    public async Task Parameter_MissingOrEmpty_IsNamedWhenRequired(string nsid)
    {
        foreach (var (name, _, required) in ParametersOf(nsid))
        {
            foreach (string? value in (string?[])[null, ""])
            {
                var answer = await AskAsync(nsid, [(name, value)]);
                if (required) AssertInvalid(answer, nsid, $"Missing required key \"{name}\"");
                else Assert.True(answer.Status == 200, $"{name}: {answer.Text}");
            }
        }
    }

    [Test]
    [MethodDataSource(nameof(Queries))]
    public async Task Parameter_Malformed_IsQuoted(string nsid)
    {
        foreach (var (name, type, _) in ParametersOf(nsid))
        {
            foreach (var (value, issue) in BadValuesOf(type))
            {
                AssertInvalid(await AskAsync(nsid, [(name, value)]), nsid, issue);
            }
        }
    }

    [Test]
    [MethodDataSource(nameof(Queries))]
    public async Task Parameter_Twice_IsAnErrorUnlessEmptyOrAList(string nsid)
    {
        foreach (var (name, type, _) in ParametersOf(nsid).Where(p => p.Type != "cids"))
        {
            string value = GoodValueOf(nsid, name, type);
            string twice = $"{name}={Uri.EscapeDataString(value)}";
            var answer = await FetchAsync(nsid, [(name, value)], $"&{twice}");
            (string kind, string list) = type switch
            {
                "boolean" => ("boolean", $"[{value}, {value}]"),
                [>= '0' and <= '9', ..] => ("integer", $"[{value}, {value}]"),
                _ => ("string", $"[\"{value}\", \"{value}\"]"),
            };
            AssertInvalid(answer, nsid, $"Expected {kind} value type (got {list})");
            Assert.Equal(200, (await FetchAsync(nsid, [], $"&{name}=")).Status);
        }
    }

    [Test]
    [MethodDataSource(nameof(Queries))]
    public async Task Parameter_Limits_AreRefusedBeyondNotClamped(string nsid)
    {
        foreach (var (name, type, _) in ParametersOf(nsid).Where(p => p.Type[0] == '1'))
        {
            int max = int.Parse(type[2..]);
            foreach (string good in (string[])["1", $"{max}", "007"])
            {
                Assert.Equal(200, (await AskAsync(nsid, [(name, good)])).Status);
            }

            AssertInvalid(
                await AskAsync(nsid, [(name, "0")]), nsid, "integer too small (minimum 1, got 0)");
            AssertInvalid(
                await AskAsync(
                    nsid, [(name, "-5")]), nsid, "integer too small (minimum 1, got -5)");
            AssertInvalid(
                await AskAsync(nsid, [(name, $"{max + 1}")]), nsid,
                $"integer too big (maximum {max}, got {max + 1})");
        }
    }

    [Test]
    [MethodDataSource(nameof(Queries))]
    public async Task Parameter_Unknown_IsIgnoredEvenTwice(string nsid)
    {
        bool hasCommit = ParametersOf(nsid).Any(parameter => parameter.Name == "commit");
        string unknown = "&DID=x&unknown=1&unknown=2" + (hasCommit ? "" : "&commit=y");
        Assert.Equal(200, (await FetchAsync(nsid, [], unknown)).Status);
    }

    [Test]
    public async Task Parameters_SeveralWrong_GiveTheFirstOfTheLexicon()
    {
        const string Nsid = "com.atproto.repo.getRecord";
        var answer = await server.Pds.AskAsync(
            Nsid, ("cid", "x"), ("rkey", "a/b"), ("collection", "foo"), ("repo", "foo"));
        AssertInvalid(answer, Nsid, "Invalid AT identifier (got \"foo\")");
    }

    [Test]
    public async Task Parameter_LongOrStrange_IsCutAndEscaped()
    {
        const string Nsid = "com.atproto.sync.getHead";
        AssertInvalid(
            await server.Pds.AskAsync(Nsid, ("did", new string('x', 300))), Nsid,
            $"Invalid DID (got \"{new string('x', 255)}…\")");
        AssertInvalid(
            await server.Pds.AskAsync(Nsid, ("did", "a\"b\\\n<é")), Nsid,
            "Invalid DID (got \"a\\\"b\\\\\\n<é\")");
        var raw = await server.Pds.FetchRawAsync($"/xrpc/{Nsid}?did=%ff%zz+");
        Assert.Equal(
            $$"""
            {"error":"InvalidRequest",
            "message":"Invalid {{Nsid}} params: Invalid DID (got \"\ufffd%zz \")"}
            """.ReplaceLineEndings("")
                .Replace("\\ufffd", "\ufffd", StringComparison.Ordinal),
            raw.Text);
    }

    [Test]
    public async Task Parameter_ArraySyntaxOfOthers_IsNone()
    {
        const string Nsid = "com.atproto.sync.getBlocks";
        foreach (string name in (string[])["cids[]", "cids[0]"])
        {
            AssertInvalid(
                await server.Pds.AskAsync(Nsid, ("did", GoldenRepo.Did), (name, GoldenRepo.Commit)),
                Nsid, "Missing required key \"cids\"");
        }

        string joined = $"{GoldenRepo.Commit},{GoldenRepo.Data}";
        AssertInvalid(
            await server.Pds.AskAsync(Nsid, ("did", GoldenRepo.Did), ("cids", joined)), Nsid,
            $"Invalid CID string (got \"{joined}\")");
    }

    [Test]
    public async Task BadCid_OfUnknownRepo_IsReportedFirst() => AssertInvalid(
        await server.Pds.AskAsync(
            "com.atproto.sync.getBlob", ("did", ArchiveServer.Absent), ("cid", "foo")),
        "com.atproto.sync.getBlob", "Invalid CID string (got \"foo\")");

    [Test]
    [Arguments("../../etc/passwd")]
    [Arguments("..")]
    [Arguments("did:plc:../../etc")]
    [Arguments("did:plc:a/../../b")]
    [Arguments("did:plc:a\0b")]
    public async Task Did_ThatClimbsFolders_IsRefusedBySyntax(string did)
    {
        foreach (string nsid in (string[])["com.atproto.sync.getBlob", "com.atproto.sync.getRepo"])
        {
            var answer = await server.Pds.AskAsync(nsid, ("did", did), ("cid", GoldenRepo.Blob));
            Assert.Equal(400, answer.Status);
            Assert.Contains("Invalid DID", answer.Text, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(string Value, string Issue)> BadValuesOf(string type) => type switch
    {
        "did" => [("alice.test", "Invalid DID (got \"alice.test\")"),
            ("did:plc:", "Invalid DID (got \"did:plc:\")")],
        "at-identifier" => [("foo", "Invalid AT identifier (got \"foo\")")],
        "handle" => [("test", "Invalid handle (got \"test\")")],
        "nsid" => [
            ("foo", "Invalid NSID (got \"foo\")"), ("a.b.c\n", "Invalid NSID (got \"a.b.c\\n\")")],
        "record-key" =>
        [
            ("a/b", "Invalid record key (got \"a/b\")"), (".", "Invalid record key (got \".\")"),
            ("..", "Invalid record key (got \"..\")"),
                ("self\n", "Invalid record key (got \"self\\n\")"),
        ],
        "cid" or "cids" or "blob" or "head" =>
            [("foo", "Invalid CID string (got \"foo\")"),
                ("../x", "Invalid CID string (got \"../x\")")],
        "tid" => [("foo", "Invalid TID string (got \"foo\")")],
        "boolean" =>
        [
            ("TRUE", "Expected boolean value type (got \"TRUE\")"),
            ("1", "Expected boolean value type (got \"1\")"),
        ],
        [>= '0' and <= '9', ..] =>
        [
            ("abc", "Expected integer value type (got \"abc\")"),
            ("1.5", "Expected integer value type (got \"1.5\")"),
            (" 5", "Expected integer value type (got \" 5\")"),
            ("+5", "Expected integer value type (got \"+5\")"),
            ("100000000000000000000", "Expected integer value type (got 100000000000000000000)"),
        ],
        _ => [],
    };

    private static string GoodValueOf(string nsid, string name, string type) => type switch
    {
        "did" or "at-identifier" => GoldenRepo.Did,
        "handle" => ArchiveServer.GoldenHandle,
        "nsid" => "com.example.thing",
        "record-key" => "pre:fix",
        "cid" => "bafyreifzywoxy5o2qpe5fsd2ci3kgqh3exaoligdlawizqxf4bged7w4q4",
        "cids" or "head" => GoldenRepo.Commit,
        "blob" => GoldenRepo.Blob,
        "tid" => GoldenRepo.Rev,
        "boolean" => "true",
        "text" when nsid.EndsWith("listRepos", StringComparison.Ordinal) => "1::did:plc:a",
        "text" => name,
        _ => "10",
    };

    private static (string Name, string Type, bool Required)[] ParametersOf(string nsid) =>
        s_queries.Single(query => query.Nsid == nsid).Parameters;

    // All parameters with good values but those given; null leaves one out.
    private Task<PdsAnswer> AskAsync(string nsid, (string Name, string? Value)[] instead) =>
        FetchAsync(nsid, instead, "");

    private Task<PdsAnswer> FetchAsync(
        string nsid, (string Name, string? Value)[] instead, string suffix)
    {
        var url = new StringBuilder($"/xrpc/{nsid}?");
        foreach (var (name, type, _) in ParametersOf(nsid))
        {
            int at = Array.FindIndex(instead, other => other.Name == name);
            string? value = at < 0 ? GoodValueOf(nsid, name, type) : instead[at].Value;
            if (value is null) continue;
            url.Append(name).Append('=').Append(Uri.EscapeDataString(value)).Append('&');
        }

        url.Length--;
        return server.Pds.FetchAsync(HttpMethod.Get, url + suffix);
    }

    private static void AssertInvalid(PdsAnswer answer, string nsid, string issue) =>
        answer.AssertRefused(400, "InvalidRequest", $"Invalid {nsid} params: {issue}");
}
