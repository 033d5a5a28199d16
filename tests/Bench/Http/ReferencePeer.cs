using System.Text.Json;

namespace Bench.Http;

/// <summary>The reference PDS from npm, with one account; see Reference/serve.js.</summary>
internal sealed class ReferencePeer : LocalProcess
{
    private const string Ready = "{\"url\":";

    private ReferencePeer(string command)
        : base(command, Ready)
    {
        string line = WaitLine(Ready, TimeSpan.FromMinutes(3)).Line;
        using var told = JsonDocument.Parse(line);
        Url = new Uri(told.RootElement.GetProperty("url").GetString()!);
        Did = told.RootElement.GetProperty("did").GetString()!;
        Collection = told.RootElement.GetProperty("collection").GetString()!;
    }

    internal Uri Url { get; }

    internal string Did { get; }

    internal string Collection { get; }

    /// <summary>Null where build.sh could not install it.</summary>
    internal static ReferencePeer? Start(BenchOptions options, int records)
    {
        string folder = Path.GetFullPath(Path.Combine(options.Peers, "reference"));
        string node = Path.Combine(folder, "node");
        if (!File.Exists(Path.Combine(folder, "made"))) return null;
        string temporary = Path.Combine(options.Work, "reference");
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        Directory.CreateDirectory(temporary);
        return new ReferencePeer(
            $"cd {folder} && TMPDIR={Path.GetFullPath(temporary)} NODE_ENV=production "
            + $"exec {CpuPin.Server} {node} serve.js {records}");
    }

    internal static string Version(BenchOptions options)
    {
        string package = Path.Combine(
            options.Peers, "reference", "node_modules", "@atproto", "pds", "package.json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(package));
        return json.RootElement.GetProperty("version").GetString()!;
    }
}
