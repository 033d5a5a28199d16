using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Generators;

/// <summary>
/// Builds the table of XRPC routes out of the classes marked as queries and subscriptions, and the
/// code that binds their parameters. A class of the wrong shape is a build error (Diagnostics).
/// </summary>
/// <remarks>
/// Parser reads symbols into the Model, Emitter writes the Model as C#. What is emitted depends on
/// the models alone, so that an edit elsewhere in a handler's file writes nothing anew.
/// </remarks>
[Generator]
public sealed partial class XrpcRouteGenerator : IIncrementalGenerator
{
    internal const string ParsedStep = "Parsed";
    internal const string ModelsStep = "Models";

    private const string QueryAttribute = "PdsReadonly.Xrpc.XrpcQueryAttribute";
    private const string SubscriptionAttribute = "PdsReadonly.Xrpc.XrpcSubscriptionAttribute";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var parsed = Marked(context, QueryAttribute).Collect()
            .Combine(Marked(context, SubscriptionAttribute).Collect())
            .Select((both, _) => new EquatableArray<ParsedHandler>([.. both.Left, .. both.Right]));

        context.RegisterSourceOutput(parsed, ReportAll);

        var models = parsed
            .Select((handlers, _) => new EquatableArray<HandlerModel>(Sound(handlers)))
            .WithTrackingName(ModelsStep);
        context.RegisterSourceOutput(
            models,
            static (output, handlers) => output.AddSource("XrpcRoutes.g.cs", Emit(handlers)));
    }

    private static IncrementalValuesProvider<ParsedHandler> Marked(
        IncrementalGeneratorInitializationContext context, string attribute) =>
        context.SyntaxProvider
            .ForAttributeWithMetadataName(
                attribute,
                static (node, _) => node is ClassDeclarationSyntax,
                (marked, _) => Parse(marked, attribute == SubscriptionAttribute))
            .WithTrackingName(ParsedStep);

    private static HandlerModel[] Sound(EquatableArray<ParsedHandler> handlers) =>
        [.. handlers
            .Where(handler => handler.Model is not null)
            .GroupBy(handler => handler.Nsid, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.First().Model!)];

    private static void ReportAll(
        SourceProductionContext context, EquatableArray<ParsedHandler> handlers)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var handler in handlers)
        {
            foreach (var finding in handler.Findings) Report(context, finding);
            if (seen.Add(handler.Nsid)) continue;
            Report(context, new Finding(NsidTwice, handler.Place, new([handler.Nsid])));
        }
    }
}
