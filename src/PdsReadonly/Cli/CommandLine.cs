using System.CommandLine;

namespace PdsReadonly.Cli;

/// <summary>The commands. Without one, it is serve.</summary>
internal static class CommandLine
{
    internal static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Serves AT Protocol repositories from CAR files, read-only.");
        var serve = new Command("serve", "Serve repositories (the default).");
        root.Subcommands.Add(serve);
        new ServeOptions().AddTo(root);
        new ServeOptions().AddTo(serve);

        var result = root.Parse(args);
        int code = await result.InvokeAsync().ConfigureAwait(false);
        return result.Errors.Count > 0 ? ExitCode.WrongUsage : code;
    }
}
