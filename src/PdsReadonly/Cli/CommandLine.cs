using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using PdsReadonly.Platform;

namespace PdsReadonly.Cli;

/// <summary>The commands. Without one, it is serve.</summary>
internal static class CommandLine
{
    private const string Description = """
        Serves AT Protocol repositories from CAR files: the read half of a Personal Data Server.

        Without a command it serves: pds-readonly FILE|DIR|GLOB … [--blobs DIR] [--port PORT]
        Others: help [COMMAND], version.

        Exit codes: 0 done, 1 the answer is no (a file that does not verify, collections not
        proven), 2 wrong usage, 3 cannot run (a port, folder, file or host that is not to be had).
        """;

    private const string Usage = """
        pds-readonly serves AT Protocol repositories from CAR files, read-only. For example:

          pds-readonly ./repos --blobs ./blobs            serve a folder at http://localhost:3000
          pds-readonly verify ./repos                     check every hash, tree and signature
          pds-readonly collections alice.example          the collections of a repo elsewhere

        Commands: serve (the default), verify, inspect, collections, lightrail.
        See: pds-readonly --help, and pds-readonly COMMAND --help.
        """;

    private const int HelpColumns = 100;

    private static readonly Dictionary<string, string> Details = new()
    {
        ["verify"] = VerifyCommand.Description,
        ["inspect"] = InspectCommand.Description,
        ["collections"] = CollectionsCommand.Description,
        ["lightrail"] = LightrailOptions.Description,
    };

    private static readonly ParserConfiguration Parsing = new()
    {
        // A file name may begin with an @.
        ResponseFileTokenReplacer = null,
    };

    internal static Task<int> RunAsync(string[] args)
    {
        var context = new CommandContext(
            Console.Out,
            new LenientWriter(Console.Error),
            !Console.IsErrorRedirected,
            TimeProvider.System);
        return RunReportingAsync(args, context);
    }

    // What was asked for could not be written: the answer is lost, so this is no success.
    private static async Task<int> RunReportingAsync(string[] args, CommandContext context)
    {
        try
        {
            return await RunAsync(args, context, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason =
                StandardStreams.IsOutputClosed ? "standard output is closed" : e.Message;
            context.Error.WriteLine($"error: {reason}");
            return ExitCode.CannotRun;
        }
    }

    /// <summary>Returns the exit code; cancelling is asking serve to stop.</summary>
    internal static async Task<int> RunAsync(
        string[] args, CommandContext context, CancellationToken cancellation)
    {
        if (args.Length == 0 && OptionText.Variable("PDS_CAR_DIR") is null)
        {
            context.Error.WriteLine(Usage);
            return ExitCode.WrongUsage;
        }

        var result = Root(context).Parse(CommandNames.Translate(args), Parsing);
        var misplaced = FindMisplaced(result.CommandResult);
        if (result.Action is ParseErrorAction || misplaced.Count > 0)
        {
            foreach (var error in result.Errors) context.Error.WriteLine($"error: {error.Message}");
            foreach (string option in misplaced)
            {
                context.Error.WriteLine($"error: put {option} after the command");
            }

            var failed = result.CommandResult.Command;
            string name = failed is RootCommand ? "" : failed.Name + " ";
            context.Error.WriteLine($"see: pds-readonly {name}--help");
            return ExitCode.WrongUsage;
        }

        // The root's help lists commands with their first lines, their own help tells all.
        var command = result.CommandResult.Command;
        if (Details.TryGetValue(command.Name, out string? details)) command.Description = details;
        var invocation = new InvocationConfiguration
        {
            Output = context.Output,
            Error = context.Error,
            // Serve takes the signals itself and stops within its own time.
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        return await result.InvokeAsync(invocation, cancellation).ConfigureAwait(false);
    }

    // What stands before the command would be the root's, and have no effect.
    private static List<string> FindMisplaced(CommandResult command)
    {
        if (command.Parent is not CommandResult outer) return [];
        var options = outer.Children.OfType<OptionResult>()
            .Where(option => option is { Implicit: false, IdentifierToken: not null })
            .Select(option => option.IdentifierToken!.Value);
        var paths = outer.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value);
        return [.. options, .. paths];
    }

    private static RootCommand Root(CommandContext context)
    {
        var root = new RootCommand(Description);
        root.Directives.Clear();
        foreach (var option in root.Options)
        {
            if (option.Action is HelpAction help)
            {
                help.MaxWidth = Math.Min(help.MaxWidth, HelpColumns);
            }
            if (option is VersionOption) option.Action = new PrintVersion();
        }

        new ServeOptions().AddTo(root, context);

        var serve = new Command("serve", "Serve repositories; the same as no command.");
        new ServeOptions().AddTo(serve, context);
        root.Subcommands.Add(serve);

        var verify = new Command("verify", FirstLine(VerifyCommand.Description));
        new CarOptions().AddTo(verify, settings => VerifyCommand.Run(settings, context));
        root.Subcommands.Add(verify);

        var inspect = new Command("inspect", FirstLine(InspectCommand.Description));
        new CarOptions().AddTo(inspect, settings => InspectCommand.Run(settings, context));
        root.Subcommands.Add(inspect);

        var collections = new Command("collections", FirstLine(CollectionsCommand.Description));
        new CollectionsOptions().AddTo(collections, (settings, cancellation) =>
            CollectionsCommand.RunAsync(settings, context, cancellation));
        root.Subcommands.Add(collections);

        var lightrail = new Command("lightrail", FirstLine(LightrailOptions.Description));
        new ServeOptions(new LightrailOptions()).AddTo(lightrail, context);
        root.Subcommands.Add(lightrail);
        return root;
    }

    private static string FirstLine(string text) =>
        text[..text.IndexOf('\n', StringComparison.Ordinal)];

    // The platform's own takes the version of whatever program this code runs in.
    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ProgramVersion.Described());
            return ExitCode.Done;
        }
    }
}
