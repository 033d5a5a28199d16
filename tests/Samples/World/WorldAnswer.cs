using System.Text.Json;

namespace Samples.World;

/// <summary>How a body comes over.</summary>
public enum BodyShape
{
    Whole,

    /// <summary>Again and again, for ever.</summary>
    Endless,

    /// <summary>Half of it, and then next to nothing for as long as one waits.</summary>
    Stalled,

    /// <summary>Half of it, and then the connection is cut.</summary>
    Cut,
}

/// <summary>What a host answers.</summary>
public sealed record WorldAnswer(int Status, byte[] Body, string ContentType)
{
    public const string Car = "application/vnd.ipld.car";
    public const string Json = "application/json";

    public BodyShape Shape { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public static WorldAnswer OfCar(byte[] car) => new(200, car, Car);

    public static WorldAnswer OfJson(Action<Utf8JsonWriter> write)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new WorldAnswer(200, output.ToArray(), Json);
    }

    public static WorldAnswer Error(int status, string name, string message = "no")
    {
        var answer = OfJson(json =>
        {
            json.WriteString("error", name);
            json.WriteString("message", message);
        });
        return answer with { Status = status };
    }
}
