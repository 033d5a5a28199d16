using System.Text;
using System.Text.Json;
using Atproto.Crypto;
using Atproto.Firehose;
using Atproto.Syntax;

namespace Conformance.Tests;

/// <summary>Messages of the real stream, as indigo keeps them for its own verifier.</summary>
public sealed class FirehoseCorpusTests
{
    [Test]
    public void Verify_LifecycleOfAPost_HoldsAndChains()
    {
        using var json = JsonDocument.Parse(MstCorpus.ReadText("frames/post_lifecycle.json"));
        using var key = KeyOf(json.RootElement);
        VerifiedCommit? before = null;
        foreach (var message in json.RootElement.GetProperty("messages").EnumerateArray())
        {
            var commit = CommitOf(message.GetProperty("frame").GetProperty("body"));
            Assert.Equal(CommitFault.None, CommitVerifier.Verify(commit, key, out var verified));
            Assert.True(verified!.IsInverted);
            Assert.All(
                verified.Effects, effect => Assert.NotEqual(Presence.Unknown, effect.Presence));
            if (before is not null)
            {
                Assert.Equal(before.Commit.Rev, verified.Since);
                Assert.Equal(before.Commit.Data, verified.PrevData);
            }

            before = verified;
        }
    }

    [Test]
    public void Verify_SyncOfANewAccount_Holds()
    {
        using var json = JsonDocument.Parse(MstCorpus.ReadText("frames/account_lifecycle.json"));
        using var key = KeyOf(json.RootElement);
        var body = json.RootElement.GetProperty("messages").EnumerateArray()
            .Select(message => message.GetProperty("frame"))
            .Single(frame => frame.GetProperty("header").GetProperty("t").ValueEquals("#sync"))
            .GetProperty("body");
        var sync = new StreamSync
        {
            Did = DidOf(body.GetProperty("did")),
            Rev = TidOf(body.GetProperty("rev"))!.Value,
            Blocks = BytesOf(body.GetProperty("blocks")),
        };
        Assert.Equal(CommitFault.None, CommitVerifier.Verify(sync, key, out var commit));
        Assert.Equal(sync.Rev, commit!.Rev);
    }

    [Test]
    [Arguments("firehose_commit_4621317030")]
    [Arguments("firehose_commit_4621317332")]
    [Arguments("firehose_commit_4621332152")]
    [Arguments("firehose_commit_4623075231")]
    public void Verify_CommitFromBeforePrevData_TellsWhatItsTreeDoes(string name)
    {
        using var json = JsonDocument.Parse(MstCorpus.ReadText($"frames/{name}.json"));
        var commit = CommitOf(json.RootElement);
        Assert.Equal(CommitFault.None, CommitVerifier.Verify(commit, null, out var verified));
        Assert.All(
            verified!.Effects, effect => Assert.Equal(Presence.Present, effect.Presence));
    }

    private static StreamCommit CommitOf(JsonElement body) => new()
    {
        Did = DidOf(body.GetProperty("repo")),
        Seq = body.GetProperty("seq").GetInt64(),
        Commit = MstCorpus.Cid(LinkOf(body.GetProperty("commit"))),
        Rev = TidOf(body.GetProperty("rev"))!.Value,
        Since = TidOf(body.GetProperty("since")),
        PrevData = body.TryGetProperty("prevData", out var prevData)
            ? MstCorpus.Cid(LinkOf(prevData))
            : null,
        Blocks = BytesOf(body.GetProperty("blocks")),
        Ops = [.. body.GetProperty("ops").EnumerateArray().Select(OpOf)],
    };

    private static CommitOp OpOf(JsonElement op)
    {
        string? cid = LinkOf(op.GetProperty("cid"));
        string? prev = op.TryGetProperty("prev", out var link) ? LinkOf(link) : null;
        return new CommitOp(
            Enum.Parse<OpAction>(op.GetProperty("action").GetString()!, ignoreCase: true),
            Encoding.UTF8.GetBytes(op.GetProperty("path").GetString()!),
            cid is null ? null : MstCorpus.Cid(cid),
            prev is null ? null : MstCorpus.Cid(prev));
    }

    private static SignatureVerifier KeyOf(JsonElement scenario)
    {
        string text = scenario.GetProperty("accounts")[0].GetProperty("identity")
            .GetProperty("keys").GetProperty("atproto").GetProperty("publicKeyMultibase")
            .GetString()!;
        Assert.Equal(KeyError.None, DidKey.TryParseMultikey(text, out var key));
        Assert.Equal(SignatureError.None, SignatureVerifier.TryCreate(key!, out var verifier));
        return verifier!;
    }

    private static string? LinkOf(JsonElement link) =>
        link.ValueKind == JsonValueKind.Null ? null : link.GetProperty("$link").GetString();

    private static Did DidOf(JsonElement text)
    {
        Assert.True(Did.TryParse(text.GetString(), out var did));
        return did;
    }

    private static Tid? TidOf(JsonElement text) =>
        text.ValueKind == JsonValueKind.String && Tid.TryParse(text.GetString(), out var tid)
            ? tid
            : null;

    private static byte[] BytesOf(JsonElement bytes)
    {
        string text = bytes.GetProperty("$bytes").GetString()!;
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }
}
