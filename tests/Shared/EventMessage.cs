using System.Buffers;
using System.Text;
using System.Text.Json;
using Atproto.Cbor;

namespace Shared;

/// <summary>
/// One message of an event stream, read strictly: two items of DAG-CBOR, and no third.
/// </summary>
internal sealed record EventMessage(string Type, JsonElement Body, byte[] Bytes)
{
    /// <summary>What <see cref="Type"/> is of an error message, which has no type.</summary>
    public const string Error = "error";

    public long Seq => Body.GetProperty("seq").GetInt64();

    public string Did => Text(Type == "#commit" ? "repo" : "did");

    /// <summary>A byte string of the body.</summary>
    public byte[] Blob(string name)
    {
        string text = Body.GetProperty(name).GetProperty("$bytes").GetString()!;
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }

    /// <summary>A CID of the body.</summary>
    public string Link(string name) => Body.GetProperty(name).GetProperty("$link").GetString()!;

    public string Text(string name) => Body.GetProperty(name).GetString()!;

    /// <summary>The keys of the body, as they come.</summary>
    public string[] Keys => [.. Body.EnumerateObject().Select(pair => pair.Name)];

    /// <summary>In short: type, and what tells it from others of its type.</summary>
    public string Summary(Func<string, string> nameOf) => Type switch
    {
        Error => $"error {Text("error")}",
        "#info" => $"info {Text("name")}",
        "#identity" => $"{nameOf(Did)} identity "
            + (Body.TryGetProperty("handle", out var handle) ? handle.GetString() : "-"),
        "#account" => $"{nameOf(Did)} account "
            + (Body.TryGetProperty("status", out var status) ? status.GetString() : "active"),
        "#sync" => $"{nameOf(Did)} sync {Text("rev")}",
        "#commit" => $"{nameOf(Did)} commit {Body.GetProperty("ops").GetArrayLength()}",
        _ => throw new InvalidDataException(Type),
    };

    public static EventMessage Read(byte[] message)
    {
        var reader = new CborReader(message);
        Ok(reader.ReadMap(out int count));
        string type = Error;
        int headerLength = 5;
        if (count == 2)
        {
            Ok(reader.ReadKey("t"u8));
            Ok(reader.ReadText(out var text));
            type = Encoding.UTF8.GetString(text);
            Ok(reader.ReadKey("op"u8));
            Ok(reader.ReadInt32(out int op));
            if (op != 1) throw new InvalidDataException($"op {op}");
            headerLength = reader.Offset;
        }
        else if (!message.AsSpan().StartsWith(Convert.FromHexString("a1626f7020")))
        {
            throw new InvalidDataException("neither a message nor an error");
        }

        var json = new ArrayBufferWriter<byte>();
        // Keys in canonical order, shortest form, nothing behind it.
        Ok(CborCheck.Block(message.AsSpan(headerLength), CborRules.Strict));
        Ok(CborJson.TryWrite(message.AsSpan(headerLength), json));
        using var document = JsonDocument.Parse(json.WrittenMemory);
        return new EventMessage(type, document.RootElement.Clone(), message);
    }

    private static void Ok(CborError error)
    {
        if (error != CborError.None) throw new InvalidDataException($"message: {error}");
    }
}
