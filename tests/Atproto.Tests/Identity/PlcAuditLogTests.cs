using System.Text;
using System.Text.Json.Nodes;
using Atproto.Identity;
using Atproto.Syntax;

namespace Atproto.Tests.Identity;

public sealed class PlcAuditLogTests : IDisposable
{
    private readonly PlcLogBuilder _log = new();

    public void Dispose() => _log.Dispose();

    [Test]
    public void TryVerify_ThreeOperations_GivesTheLastAndTheEarlierKeysNewestFirst()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        var second = _log.Add(_log.Operation(first, 1), _log.Weak, hours: 1);
        _log.Add(_log.Operation(second, 2, "Bob.Example.com"), _log.Strong, hours: 2000);

        Assert.Equal((PlcLogError.None, -1), _log.Verify(out var log));
        Assert.Equal(_log.Did, log!.Did);
        Assert.Equal(_log.Signing[2].PublicKey, log.SigningKey);
        Assert.Equal(
            [_log.Signing[1].PublicKey, _log.Signing[0].PublicKey], log.EarlierSigningKeys);
        Assert.Equal("bob.example.com", log.Handle.ToString());
        Assert.Equal("https://pds2.example.com", log.PdsEndpoint);
        Assert.False(log.IsTombstoned);
    }

    [Test]
    public void TryVerify_KeyThatCameBack_IsNotAnEarlierKey()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        var second = _log.Add(_log.Operation(first, 1), _log.Strong, hours: 1);
        _log.Add(_log.Operation(second, 0), _log.Strong, hours: 2);

        Assert.Equal((PlcLogError.None, -1), _log.Verify(out var log));
        Assert.Equal([_log.Signing[1].PublicKey], log!.EarlierSigningKeys);
    }

    [Test]
    public void TryVerify_LegacyGenesis_IsReadInTodaysWords()
    {
        var first = _log.Add(_log.Legacy(0), _log.Signing[0]);
        Assert.Equal((PlcLogError.None, -1), _log.Verify(out var log));
        Assert.Equal(_log.Signing[0].PublicKey, log!.SigningKey);
        Assert.Equal("alice.example.com", log.Handle.ToString());
        Assert.Equal("https://pds.example.com", log.PdsEndpoint);

        // The recovery key is the stronger of the two.
        _log.Add(_log.Operation(first, 1), _log.Strong, hours: 1);
        Assert.Equal((PlcLogError.None, -1), _log.Verify(out log));
        Assert.Equal([_log.Signing[0].PublicKey], log!.EarlierSigningKeys);
    }

    [Test]
    public void TryVerify_Tombstone_LeavesOnlyEarlierKeys()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Add(PlcLogBuilder.Tombstone(first), _log.Weak, hours: 1);

        Assert.Equal((PlcLogError.None, -1), _log.Verify(out var log));
        Assert.True(log!.IsTombstoned);
        Assert.Null(log.SigningKey);
        Assert.Null(log.Handle);
        Assert.Null(log.PdsEndpoint);
        Assert.Equal([_log.Signing[0].PublicKey], log.EarlierSigningKeys);
    }

    [Test]
    [Arguments(1, PlcLogError.None)]
    [Arguments(72, PlcLogError.None)]
    [Arguments(72.0001, PlcLogError.RecoveryTooLate)]
    public void TryVerify_RecoveryByTheStrongerKey_ReplacesWithin72Hours(
        double hours, PlcLogError expected)
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        var stolen = _log.Add(_log.Operation(first, 1), _log.Weak, hours: 10, nullified: true);
        _log.Add(PlcLogBuilder.Tombstone(stolen), _log.Weak, hours: 10.5, nullified: true);
        _log.Add(_log.Operation(first, 2), _log.Strong, 10 + hours);

        Assert.Equal((expected, expected == PlcLogError.None ? -1 : 3), _log.Verify(out var log));
        if (expected != PlcLogError.None) return;
        Assert.Equal(_log.Signing[2].PublicKey, log!.SigningKey);
        Assert.Equal([_log.Signing[0].PublicKey], log.EarlierSigningKeys);
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public void TryVerify_RecoveryByNoStrongerKey_LacksAuthority(bool bySameKey)
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Add(_log.Operation(first, 1), bySameKey ? _log.Weak : _log.Strong, 1, nullified: true);
        _log.Add(_log.Operation(first, 2), _log.Weak, hours: 2);
        Assert.Equal((PlcLogError.KeyLacksAuthority, 2), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_OperationAfterTombstone_HasNoKeyToSignIt()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        var end = _log.Add(PlcLogBuilder.Tombstone(first), _log.Strong, hours: 1);
        _log.Add(_log.Operation(end, 1), _log.Strong, hours: 2);
        Assert.Equal((PlcLogError.SignatureInvalid, 2), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_OperationOnNullifiedOne_IsRefused()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        var stolen = _log.Add(_log.Operation(first, 1), _log.Weak, hours: 1, nullified: true);
        _log.Add(_log.Operation(first, 2), _log.Strong, hours: 2);
        _log.Add(_log.Operation(stolen, 1), _log.Strong, hours: 3);
        Assert.Equal((PlcLogError.PrevNullified, 3), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_NullifiedFlagThatIsWrong_IsRefused()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Add(_log.Operation(first, 1), _log.Weak, hours: 1);
        Assert.Equal((PlcLogError.None, -1), _log.Verify(out _));
        _log.Entry(1)["nullified"] = true;
        Assert.Equal((PlcLogError.NullifiedWrong, 1), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_StrangersSignature_IsRefused()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Add(_log.Operation(first, 1), _log.Stranger, hours: 1);
        Assert.Equal((PlcLogError.SignatureInvalid, 1), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_GenesisSignedByNoneOfItsKeys_IsRefused()
    {
        _log.Add(_log.Operation(null, 0), _log.Stranger);
        Assert.Equal((PlcLogError.SignatureInvalid, 0), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_ContentChangedWithItsCid_IsRefused()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        var changed = _log.Operation(first, 1);
        _log.Add(changed, _log.Strong, hours: 1);
        _log.Entries.RemoveAt(1);
        changed["alsoKnownAs"] = new JsonArray("at://mallory.example.com");
        _log.AddSigned(changed, hours: 1);
        Assert.Equal((PlcLogError.SignatureInvalid, 1), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_ContentChangedUnderItsCid_IsRefused()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Add(_log.Operation(first, 1), _log.Strong, hours: 1);
        _log.Entry(1)["operation"]!["alsoKnownAs"] = new JsonArray();
        Assert.Equal((PlcLogError.CidMismatch, 1), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_GenesisOfAnotherDid_IsRefused()
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Entries.Clear();
        var operation = _log.Operation(null, 1);
        var did = _log.Did;
        _log.Add(operation, _log.Strong);
        _log.Entry(0)["did"] = did.ToString();

        var error = PlcAuditLog.TryVerify(
            Encoding.UTF8.GetBytes(_log.Entries.ToJsonString()), did, out _, out int entryIndex);
        Assert.Equal((PlcLogError.GenesisMismatch, 0), (error, entryIndex));
    }

    [Test]
    public void TryVerify_EntryOfAnotherDid_IsRefused()
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Entry(0)["did"] = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
        Assert.Equal((PlcLogError.WrongDid, 0), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_GenesisWithPredecessor_IsMisplaced()
    {
        const string Prev = "bafyreigcxay6ucqlwowfpu35alyxqtv3c4vsj7gmdtmnidsnqs6nblyarq";
        _log.Add(_log.Operation(Prev, 0), _log.Strong);
        Assert.Equal((PlcLogError.GenesisMisplaced, 0), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_SecondGenesis_IsMisplaced()
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Add(_log.Operation(null, 1), _log.Strong, hours: 1);
        Assert.Equal((PlcLogError.GenesisMisplaced, 1), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_UnknownPredecessor_IsRefused()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        var second = _log.Add(_log.Operation(first, 1), _log.Strong, hours: 1);
        _log.Add(_log.Operation(second, 2), _log.Strong, hours: 2);
        _log.Entries.RemoveAt(1);
        Assert.Equal((PlcLogError.PrevUnknown, 1), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_EntryTwice_IsRefused()
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Entries.Add(_log.Entry(0).DeepClone());
        Assert.Equal((PlcLogError.EntryRepeated, 1), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_OlderThanWhatItFollows_IsRefused()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong, hours: 2);
        _log.Add(_log.Operation(first, 1), _log.Strong, hours: 1);
        Assert.Equal((PlcLogError.TimeNotAscending, 1), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_RotationKeysAtTheLimit_CountsThem()
    {
        var operation = _log.Operation(null, 0);
        var keys = operation["rotationKeys"]!.AsArray();
        // A text that is no key counts, and signs nothing.
        while (keys.Count < PlcAuditLog.RotationKeysMax) keys.Insert(0, (JsonNode)"did:key:zNone");
        _log.Add(operation, _log.Weak);
        Assert.Equal((PlcLogError.None, -1), _log.Verify(out _));

        _log.Entries.Clear();
        keys.Add((JsonNode)"did:key:zNone");
        operation.Remove("sig");
        _log.Add(operation, _log.Weak);
        Assert.Equal((PlcLogError.TooManyRotationKeys, 0), _log.Verify(out _));
    }

    [Test]
    [Arguments("sig", PlcLogError.OperationMalformed)]
    [Arguments("prev", PlcLogError.OperationMalformed)]
    [Arguments("type", PlcLogError.OperationUnknown)]
    [Arguments("rotationKeys", PlcLogError.OperationMalformed)]
    [Arguments("verificationMethods", PlcLogError.OperationMalformed)]
    [Arguments("alsoKnownAs", PlcLogError.OperationMalformed)]
    [Arguments("services", PlcLogError.OperationMalformed)]
    public void TryVerify_OperationWithoutAMember_IsRefused(string name, PlcLogError expected)
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Entry(0)["operation"]!.AsObject().Remove(name);
        Assert.Equal((expected, 0), _log.Verify(out _));
    }

    [Test]
    [Arguments("did")]
    [Arguments("cid")]
    [Arguments("nullified")]
    [Arguments("createdAt")]
    [Arguments("operation")]
    public void TryVerify_EntryWithoutAMember_IsRefused(string name)
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Entry(0).Remove(name);
        Assert.Equal((PlcLogError.EntryMalformed, 0), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_Fraction_CannotBeHashed()
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        _log.Entry(0)["operation"]!["extra"] = 1.5;
        Assert.Equal((PlcLogError.OperationMalformed, 0), _log.Verify(out _));
    }

    [Test]
    [Arguments("plc_other")]
    [Arguments("plc_tombstone")] // nothing to end yet
    public void TryVerify_GenesisOfAnotherType_IsUnknown(string type)
    {
        var operation = _log.Operation(null, 0);
        operation["type"] = type;
        _log.Add(operation, _log.Strong);
        Assert.Equal((PlcLogError.OperationUnknown, 0), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_LegacyAfterGenesis_IsUnknown()
    {
        var first = _log.Add(_log.Operation(null, 0), _log.Strong);
        var operation = _log.Legacy(1);
        operation["prev"] = first;
        _log.Add(operation, _log.Strong, hours: 1);
        Assert.Equal((PlcLogError.OperationUnknown, 1), _log.Verify(out _));
    }

    [Test]
    [Arguments("==")] // padded
    [Arguments("\n")]
    [Arguments("A")]
    public void TryVerify_SignatureWithAnotherEnd_IsMalformed(string end)
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        var operation = _log.Entry(0)["operation"]!;
        operation["sig"] = (string?)operation["sig"] + end;
        Assert.Equal((PlcLogError.SignatureMalformed, 0), _log.Verify(out _));
    }

    [Test]
    public void TryVerify_SignatureWithStrayBits_IsMalformed()
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        var operation = _log.Entry(0)["operation"]!;
        var sig = (string)operation["sig"]!;
        // 64 bytes leave four bits of the last character unused; they must be zero.
        Assert.Contains(sig[^1], "AQgw");
        operation["sig"] = sig[..^1] + (char)(sig[^1] + 1);
        Assert.Equal((PlcLogError.SignatureMalformed, 0), _log.Verify(out _));
    }

    [Test]
    [Arguments("", PlcLogError.NotJson)]
    [Arguments("[", PlcLogError.NotJson)]
    [Arguments("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", PlcLogError.NotJson)] // 17 levels
    [Arguments("""[{"did":"\ud800"}]""", PlcLogError.NotJson)]
    [Arguments("{}", PlcLogError.NotALog)]
    [Arguments("[]", PlcLogError.NotALog)]
    [Arguments("null", PlcLogError.NotALog)]
    public void TryVerify_NoLog_SaysSo(string json, PlcLogError expected)
    {
        var error = PlcAuditLog.TryVerify(
            Encoding.UTF8.GetBytes(json), default, out var log, out int entryIndex);
        Assert.Equal((expected, -1), (error, entryIndex));
        Assert.Null(log);
    }

    [Test]
    public void TryVerify_TooMuch_IsRefusedBeforeItIsLookedAt()
    {
        var entries = "[" + string.Join(',', Enumerable.Repeat("0", PlcAuditLog.EntriesMax)) + "]";
        Assert.Equal(PlcLogError.EntryMalformed, Verify(entries));
        Assert.Equal(PlcLogError.TooManyEntries, Verify("[0," + entries[1..]));
        Assert.Equal(PlcLogError.NotJson, Verify(new string(' ', PlcAuditLog.BytesMax)));
        Assert.Equal(PlcLogError.TooLarge, Verify(new string(' ', PlcAuditLog.BytesMax + 1)));
    }

    [Test]
    public void TryVerify_CutAnywhere_IsNotJson()
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        var json = Encoding.UTF8.GetBytes(_log.Entries.ToJsonString());
        for (int length = 0; length < json.Length; length++)
        {
            var error = PlcAuditLog.TryVerify(json.AsMemory(0, length), _log.Did, out _, out _);
            Assert.Equal(PlcLogError.NotJson, error);
        }
    }

    [Test]
    public void TryVerify_ByteOrderMark_IsSkipped()
    {
        _log.Add(_log.Operation(null, 0), _log.Strong);
        byte[] json = [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(_log.Entries.ToJsonString())];
        Assert.Equal(PlcLogError.None, PlcAuditLog.TryVerify(json, _log.Did, out _, out _));
    }

    private static PlcLogError Verify(string json) =>
        PlcAuditLog.TryVerify(Encoding.UTF8.GetBytes(json), default(Did), out _, out _);
}
