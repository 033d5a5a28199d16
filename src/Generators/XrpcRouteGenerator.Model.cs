using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Generators;

/// <summary>
/// What the parser tells the emitter. Everything here is compared by value and holds no symbol, or
/// the incremental cache would never hit.
/// </summary>
public sealed partial class XrpcRouteGenerator
{
    internal enum ParameterKind
    {
        Text,
        Checked,
        CheckedList,
        Integer,
        Boolean,
    }

    /// <param name="Property">The property of Params.</param>
    /// <param name="Name">The name in the query.</param>
    /// <param name="Kind">How it is bound.</param>
    /// <param name="TypeName">The syntax type, or the C# type of an integer.</param>
    /// <param name="Format">How a refusal calls the syntax.</param>
    /// <param name="Required">Absence is refused.</param>
    /// <param name="Nullable">Absence is null.</param>
    /// <param name="Minimum">Smallest integer allowed.</param>
    /// <param name="Maximum">Largest integer allowed.</param>
    /// <param name="Default">The value when absent, as C# text; null when there is none.</param>
    internal sealed record ParameterModel(
        string Property,
        string Name,
        ParameterKind Kind,
        string TypeName,
        string Format,
        bool Required,
        bool Nullable,
        long Minimum,
        long Maximum,
        string? Default);

    /// <param name="Nsid">The method.</param>
    /// <param name="IsSubscription">Declared with the subscription attribute.</param>
    /// <param name="TypeName">The handler class, fully qualified.</param>
    /// <param name="HasParams">The class declares Params.</param>
    /// <param name="Parameters">The properties of Params, in their order.</param>
    /// <param name="Arguments">What Handle is called with, as C# text.</param>
    internal sealed record HandlerModel(
        string Nsid,
        bool IsSubscription,
        string TypeName,
        bool HasParams,
        EquatableArray<ParameterModel> Parameters,
        EquatableArray<string> Arguments);

    /// <summary>A place in a source file, without the tree it came from.</summary>
    internal sealed record SourcePlace(string Path, TextSpan Span, LinePositionSpan Lines)
    {
        internal static SourcePlace Of(ISymbol symbol)
        {
            var location = symbol.Locations[0];
            return new SourcePlace(
                location.SourceTree?.FilePath ?? "",
                location.SourceSpan,
                location.GetLineSpan().Span);
        }

        internal Location ToLocation() => Location.Create(Path, Span, Lines);
    }

    /// <summary>A diagnostic still to be reported; <paramref name="Id"/> finds its words.</summary>
    internal sealed record Finding(string Id, SourcePlace Place, EquatableArray<string> Arguments);

    /// <summary>One attributed class: its model unless it was refused, and why.</summary>
    internal sealed record ParsedHandler(
        string Nsid, SourcePlace Place, HandlerModel? Model, EquatableArray<Finding> Findings);
}
