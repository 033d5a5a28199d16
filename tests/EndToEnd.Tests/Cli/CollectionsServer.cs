using EndToEnd.Tests.Harness;
using Samples;
using TUnit.Core.Interfaces;

namespace EndToEnd.Tests.Cli;

/// <summary>
/// A server of one repo of some thousand records, whose collections sort nastily, for the command
/// that finds them out; and a directory that knows who has it.
/// </summary>
public sealed class CollectionsServer : IAsyncInitializer, IAsyncDisposable
{
    public const string Handle = "collections.example";

    private const int RecordCount = 6_000;

    private static readonly string[] s_collections =
    [
        "com.example.a", "com.example.a.b", "com.example.ab", "com.example-x.a", "Com.example.a",
        "com.example.zz", "app.bsky.feed.post",
    ];

    private readonly TemporaryFolder _folder = new();
    private PdsProcess? _pds;
    private TinyHost? _directory;

    public static string Did { get; } = SampleIdentity.Plc("collections");

    /// <summary>In the order of keys, that of the name with a slash behind it.</summary>
    public static IReadOnlyList<string> Collections { get; } =
        [.. s_collections.OrderBy(name => name + "/", StringComparer.Ordinal)];

    public SampleKey Key { get; } = SampleKey.FromSeed(SampleCurve.P256, "collections");

    public SampleRepo Repo => field ??= SampleRepo.Build(
        Did, Key, "3jzfcijpj2z2a",
        Enumerable.Range(0, RecordCount).Select(i => (
            $"{s_collections[i % s_collections.Length]}/{i:d6}",
            SampleRecord.Encode(("$type", "com.example.thing"), ("n", i)))));

    internal PdsProcess Pds => _pds ?? throw new InvalidOperationException("not started");

    internal string Url => Pds.BaseAddress.GetLeftPart(UriPartial.Authority);

    internal string DirectoryUrl => _directory!.Address.GetLeftPart(UriPartial.Authority);

    public async Task InitializeAsync()
    {
        Repo.WriteTo(_folder["cars"], Handle);
        _pds = await PdsProcess.StartAsync("--car", _folder["cars"]);
        _directory = new TinyHost(new Dictionary<string, byte[]>
        {
            ["/" + Did] = SampleIdentity.Document(Did, Handle, Key, Url),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_pds is not null) await _pds.DisposeAsync();
        if (_directory is not null) await _directory.DisposeAsync();
        _folder.Dispose();
        Key.Dispose();
    }
}
