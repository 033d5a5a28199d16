using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using EndToEnd.Tests.Archive;
using EndToEnd.Tests.Harness;
using Samples;
using Shared;

namespace EndToEnd.Tests.Cli;

/// <summary>
/// Every command that takes a file, over every CAR of the corpus: as it is, cut at sixty places and
/// with sixty flipped bits, packed as well, and with damaged files beside it. Whatever is given, a
/// command ends with an exit code of its own and names the cause: by a code that has words.
/// </summary>
public sealed class DamagedFileTests
{
    private const int Cuts = 60;
    private const int Flips = 60;
    private const string NotUsed = " is not used: ";

    // One process for each file: of all of them only with PDS_DAMAGE=all, else of so many one.
    private const int ProofCheckEvery = 5;

    private static readonly string[] s_codes =
    [
        .. Enum.GetNames<Atproto.Car.CarError>(), .. Enum.GetNames<Atproto.Repo.CommitError>(),
        .. Enum.GetNames<Atproto.Mst.MstError>(), "GzipMalformed", "SignatureKeyMismatch",
    ];

    private static readonly string[] s_identityCodes =
    [
        .. Enum.GetNames<Atproto.Identity.DidDocumentError>(),
        .. Enum.GetNames<Atproto.Identity.PlcLogError>(),
    ];

    // They speak of the machine or of a moment, which is not what is wrong with these files.
    private static readonly string[] s_never = ["None", "ReadFailed", "FileChanged"];

    [Test]
    public async Task Commands_EveryCarDamagedEveryWay_NameTheCause()
    {
        using var folder = new TemporaryFolder();
        string[] files = WriteAll(folder.Location);

        var verified = await VerdictsAsync("verify", files);
        Assert.Equal(files.Length, verified.Count);
        foreach (string code in verified.Values.OfType<string>().Distinct())
        {
            Assert.Contains(code, s_codes.Except(s_never));
        }

        Assert.Equal(verified, await VerdictsAsync("inspect", files));
        Assert.Equal(verified, await ServedAsync(folder.Location, files));
        int proofs = await CheckProofsAsync(files, verified);
        Console.WriteLine(
            $"{files.Length} files by verify, inspect and serve, {proofs} by collections --check: "
            + $"{(3 * files.Length) + proofs} runs of a command on a file, "
            + $"{verified.Values.Count(code => code is null)} of them sound; causes: "
            + string.Join(", ", verified.Values.OfType<string>().Distinct().Order()));
    }

    [Test]
    public async Task Commands_FilesBesideDamagedEveryWay_AreWarnedOf()
    {
        using var folder = new TemporaryFolder();
        var (car, document, log) = WithIdentity();
        byte[][] documents = [.. Damaged(document, 1)];
        byte[][] logs = [.. Damaged(log, 2)];
        WriteBeside(folder, "did", car, documents);
        WriteBeside(folder, "plc", car, logs);
        string[] files = [.. Directory.GetFiles(folder.Location, "*.car").Order()];
        foreach (string command in (string[])["verify", "inspect"])
        {
            var run = await PublishedBinary.RunAsync([command, "--json", .. files]);
            string[] lines = run.Out.Split('\n');
            Assert.Equal(files.Length, lines.Length);
            bool refused = lines.Any(
                line => line.Contains("KeyMismatch", StringComparison.Ordinal));
            Assert.Equal((refused ? 1 : 0, ""), (run.ExitCode, run.Error));
            string[] causes =
            [
                .. lines.Where(line => line.Contains(NotUsed, StringComparison.Ordinal))
                    .Select(line => line.Split(NotUsed)[1].Split(' ', '"')[0]),
            ];
            Assert.InRange(causes.Length, 2 * Cuts, files.Length);
            foreach (string cause in causes) Assert.Contains(cause, s_identityCodes);
            Console.WriteLine(
                $"{command}: {files.Length} files, {causes.Length} not used; causes: "
                + string.Join(", ", causes.Distinct().Order()));
        }

        await using var pds = await PdsProcess.StartAsync("--car", folder.Location);
        Assert.Equal(0, await pds.StopAsync());
    }

    private static async Task<SortedDictionary<string, string?>> VerdictsAsync(
        string command, string[] files)
    {
        var verdicts = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        var run = await PublishedBinary.RunAsync([command, "--json", .. files]);
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        foreach (string line in run.Out.Split('\n'))
        {
            using var json = JsonDocument.Parse(line);
            var fault = json.RootElement.GetProperty("fault");
            string? code = fault.ValueKind == JsonValueKind.Null
                ? null
                : fault.GetProperty("code").GetString();
            if (code is not null) Assert.NotEqual("", fault.GetProperty("message").GetString());
            verdicts.Add(json.RootElement.GetProperty("file").GetString()!, code);
        }

        // The text says the same: one of each cause, and of none.
        string[] some = [.. verdicts.DistinctBy(pair => pair.Value).Select(pair => pair.Key)];
        var text = await PublishedBinary.RunAsync([command, .. some]);
        Assert.Equal((1, ""), (text.ExitCode, text.Error));
        foreach (string file in some)
        {
            Assert.Contains(file, text.Out, StringComparison.Ordinal);
            Assert.Contains(verdicts[file] ?? "", text.Out, StringComparison.Ordinal);
        }

        return verdicts;
    }

    private static async Task<SortedDictionary<string, string?>> ServedAsync(
        string folder, string[] files)
    {
        await using var pds = await PdsProcess.StartAsync(
            "--car", folder, "--allow-legacy", "--signatures", "any");
        Assert.Equal(0, await pds.StopAsync());
        var refused = pds.Output.Error
            .Where(line => line.StartsWith("refused ", StringComparison.Ordinal))
            .Select(line => line["refused ".Length..].Split(": ", 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Split(' ', ':')[0]);
        return new SortedDictionary<string, string?>(
            files.ToDictionary(file => file, file => refused.GetValueOrDefault(file)),
            StringComparer.Ordinal);
    }

    // A CAR that is refused proves nothing either, but for what lies beyond the tree's nodes.
    private static async Task<int> CheckProofsAsync(
        string[] files, SortedDictionary<string, string?> verified)
    {
        bool all = Environment.GetEnvironmentVariable("PDS_DAMAGE") == "all";
        string[] some =
        [
            .. files.Where(file => file.EndsWith(".car", StringComparison.Ordinal))
                .Where((_, i) => all || i % ProofCheckEvery == 0),
        ];
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2 };
        await Parallel.ForEachAsync(some, options, async (file, _) =>
        {
            var run = await PublishedBinary.RunAsync("collections", "--check", file);
            Assert.Equal("", run.Error);
            if (run.ExitCode == 0)
            {
                Assert.StartsWith("proven did:", run.Out, StringComparison.Ordinal);
                return;
            }

            Assert.Equal(1, run.ExitCode);
            Assert.NotNull(verified[file]);
            bool isPartial = run.Out.StartsWith("unproven did:", StringComparison.Ordinal);
            if (isPartial) return;
            Assert.StartsWith($"refused {file}: ", run.Out, StringComparison.Ordinal);
            string code = run.Out[$"refused {file}: ".Length..].Split(' ', ':')[0];
            Assert.Contains(code, s_codes.Except(s_never));
        });
        return some.Length;
    }

    private static string[] WriteAll(string folder)
    {
        string[] cars =
        [
            .. Directory.GetFiles(Corpus.PathOf("repos"), "*.car"),
            .. Directory.GetFiles(Corpus.PathOf("refused"), "*.car"),
        ];
        Assert.True(cars.Length >= 18);
        var files = new List<string>();
        foreach (string car in cars)
        {
            string name = Path.GetFileNameWithoutExtension(car);
            int number = 0;
            foreach (byte[] bytes in Damaged(File.ReadAllBytes(car), (ulong)files.Count))
            {
                string path = Path.Combine(folder, $"{name}-{number++}.car");
                File.WriteAllBytes(path, bytes);
                files.Add(path);
            }

            number = 0;
            foreach (byte[] bytes in Damaged(Pack(File.ReadAllBytes(car)), (ulong)files.Count))
            {
                string path = Path.Combine(folder, $"{name}-{number++}.car.gz");
                File.WriteAllBytes(path, bytes);
                files.Add(path);
            }
        }

        return [.. files.Order(StringComparer.Ordinal)];
    }

    // The file itself, then cut at places spread over its length, then with one bit flipped.
    private static IEnumerable<byte[]> Damaged(byte[] whole, ulong seed)
    {
        yield return whole;
        for (int i = 0; i < Cuts; i++) yield return whole[..(int)((long)whole.Length * i / Cuts)];
        var random = new SampleRandom(seed);
        for (int i = 0; i < Flips; i++)
        {
            byte[] flipped = [.. whole];
            flipped[random.Below(whole.Length)] ^= (byte)(1 << random.Below(8));
            yield return flipped;
        }
    }

    private static void WriteBeside(
        TemporaryFolder folder, string kind, byte[] car, byte[][] contents)
    {
        for (int i = 0; i < contents.Length; i++)
        {
            File.WriteAllBytes(folder[$"{kind}-{i}.car"], car);
            File.WriteAllBytes(folder[$"{kind}-{i}.{kind}.json"], contents[i]);
        }
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }

    // Signed by the second of two keys that its log names; the document has another, so that a log
    // that is not used makes a difference.
    private static (byte[] Car, byte[] Document, byte[] Log) WithIdentity()
    {
        using var rotation = SampleKey.FromSeed(SampleCurve.P256, "rotation");
        using var key = SampleKey.FromSeed(SampleCurve.K256, "signing");
        var log = new PlcLog(rotation);
        log.Add(rotation, "old.example.com");
        log.Add(key, "new.example.com");
        var repo = SampleRepo.Build(log.Did, key, SmallRepo.FirstRev, Enumerable.Range(0, 5).Select(
            i => ($"{SmallRepo.Collection}/{i.ToString(CultureInfo.InvariantCulture)}",
                SampleRecord.Encode(("n", i)))));
        return (
            repo.ToCar(), repo.Document("new.example.com"),
            System.Text.Encoding.UTF8.GetBytes(log.Json()));
    }
}
