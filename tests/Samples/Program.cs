using System.Globalization;

namespace Samples;

/// <summary>The command line of the sample generator.</summary>
internal static class Program
{
    private const string Usage =
        """
        samples demo --out DIR
        samples golden --out DIR [--order preorder|shuffled|doubled] [--seed S]
        samples big --records N --out FILE [--order preorder|shuffled] [--seed S] [--collections K]
        samples many --repos N --records R --out DIR [--order …] [--seed S] [--did-docs]
        samples world [--repos N] [--events N] [--per-second N] [--port P] [--seed S]
        """;

    private static int Main(string[] arguments)
    {
        if (arguments.Length == 0 || !TryParse(arguments.AsSpan(1), out var options))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        try
        {
            return Run(arguments[0], options);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or KeyNotFoundException)
        {
            Console.Error.WriteLine(e.Message);
            Console.Error.WriteLine(Usage);
            return 2;
        }
    }

    private static int Run(string command, Dictionary<string, string> options)
    {
        ulong seed = (ulong)Number(options, "--seed", 1);
        if (command == "world")
        {
            return World.PlayedWorld.RunAsync(
                new World.EventScriptOptions
                {
                    Seed = seed,
                    Repos = (int)Number(options, "--repos", 2000),
                },
                Number(options, "--events", 20_000), Number(options, "--per-second", 100),
                (int)Number(options, "--port", 0)).GetAwaiter().GetResult();
        }

        string output = options["--out"];
        var order = Enum.Parse<CarOrder>(options.GetValueOrDefault("--order", "preorder"), true);
        switch (command)
        {
            case "big":
                string did = BigRepo.Write(
                    output, Number(options, "--records"), order, seed,
                    (int)Number(options, "--collections", 5));
                Console.WriteLine($"{output}: {did}, {new FileInfo(output).Length:N0} bytes");
                return 0;
            case "many":
                int repos = (int)Number(options, "--repos");
                BigRepo.WriteMany(
                    output, repos, Number(options, "--records"), order, seed,
                    options.ContainsKey("--did-docs"));
                Console.WriteLine($"{output}: {repos:N0} repos");
                return 0;
            case "demo":
                DemoArchive.Write(output);
                Console.WriteLine($"{output}: two repos with pictures");
                return 0;
            case "golden":
                Directory.CreateDirectory(output);
                string name = Path.Combine(output, SampleIdentity.FileName(GoldenRepo.Did));
                File.WriteAllBytes(
                    name + ".car", GoldenRepo.Car().Arrange(order, seed).ToBytes());
                File.WriteAllBytes(name + ".did.json", GoldenRepo.Document());
                Console.WriteLine(name + ".car");
                return 0;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static long Number(
        Dictionary<string, string> options, string name, long? fallback = null)
    {
        if (options.TryGetValue(name, out string? text))
        {
            return long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        }

        return fallback ?? throw new KeyNotFoundException($"{name} is missing");
    }

    private static bool TryParse(
        ReadOnlySpan<string> arguments, out Dictionary<string, string> options)
    {
        options = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (!name.StartsWith("--", StringComparison.Ordinal)) return false;
            bool flag = name == "--did-docs";
            if (!flag && i + 1 == arguments.Length) return false;
            options[name] = flag ? "" : arguments[++i];
        }

        return true;
    }
}
