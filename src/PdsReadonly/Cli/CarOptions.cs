using System.CommandLine;
using System.CommandLine.Parsing;

namespace PdsReadonly.Cli;

/// <summary>What verify and inspect are told.</summary>
internal sealed record CarSettings(IReadOnlyList<string> Cars, bool Json);

/// <summary>The arguments that verify and inspect share.</summary>
internal sealed class CarOptions
{
    private readonly Argument<string[]> _cars = new("CAR")
    {
        Description = "CAR files (*.car, *.car.gz), folders of them at any depth, or patterns with "
            + "* and ?; - is standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "One JSON object per file and line instead of text.",
    };

    /// <summary>Gives the arguments and the action to a command.</summary>
    internal void AddTo(Command command, Func<CarSettings, int> run)
    {
        _cars.Validators.Add(
            result => RefuseOptions(result.Tokens.Select(token => token.Value), result));
        command.Arguments.Add(_cars);
        command.Options.Add(_json);
        command.SetAction(result => run(
            new CarSettings(result.GetValue(_cars) ?? [], result.GetValue(_json))));
    }

    /// <summary>
    /// Where several names may follow, a mistyped option would be taken for one of them.
    /// </summary>
    internal static void RefuseOptions(IEnumerable<string> cars, SymbolResult result)
    {
        foreach (string car in cars.Where(car => car.StartsWith('-') && !File.Exists(car)))
        {
            if (car == CarFiles.StandardInput && result is ArgumentResult) continue;
            result.AddError($"Unrecognized option '{car}'.");
        }
    }
}
