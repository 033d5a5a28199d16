using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace Generators;

/// <summary>
/// Reads one attributed class, and finds everything that is wrong with its shape.
/// </summary>
public sealed partial class XrpcRouteGenerator
{
    private const string ResultType = "PdsReadonly.Xrpc.XrpcResult";
    private const string StreamType = "Http.Connections.IMessageSource";
    private const string ServicesType = "PdsReadonly.Xrpc.XrpcServices";
    private const string RequestType = "Http.Connections.HttpRequest";
    private const string ResponseType = "Http.Connections.HttpResponse";
    private const int NsidCharsMax = 317;

    // The syntax of https://atproto.com/specs/nsid; netstandard2.0 cannot ask the assembly that has
    // it.
    private static readonly Regex s_nsid = new(
        @"\A[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
        + @"(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}\z");

    private static ParsedHandler Parse(GeneratorAttributeSyntaxContext marked, bool isSubscription)
    {
        var type = (INamedTypeSymbol)marked.TargetSymbol;
        string nsid = marked.Attributes[0].ConstructorArguments[0].Value as string ?? "";
        var findings = new List<Finding>();
        HandlerModel? model = null;
        CheckClass(type, nsid, findings);
        if (FindHandle(type, findings) is { } handle)
        {
            var services = marked.SemanticModel.Compilation.GetTypeByMetadataName(ServicesType);
            CheckResult(handle, isSubscription ? StreamType : ResultType, findings);
            model = ParseHandler(type, handle, nsid, services, findings) with
            {
                IsSubscription = isSubscription,
            };
        }

        return new ParsedHandler(
            nsid,
            SourcePlace.Of(type),
            findings.Count == 0 ? model : null,
            new EquatableArray<Finding>(findings));
    }

    private static void CheckClass(INamedTypeSymbol type, string nsid, List<Finding> findings)
    {
        if (!type.IsStatic || type.IsGenericType || type.ContainingType is not null)
        {
            Add(findings, ClassNotStatic, type, type.Name);
        }

        if (nsid.Length > NsidCharsMax || !s_nsid.IsMatch(nsid))
        {
            Add(findings, NsidInvalid, type, nsid);
            return;
        }

        string[] segments = nsid.Split('.');
        string expected = string.Concat(
            segments.Skip(segments.Length - 2).Select(segment => Pascal(segment.Replace("-", ""))));
        if (type.Name != expected) Add(findings, ClassNameOther, type, type.Name, expected);
    }

    private static IMethodSymbol? FindHandle(INamedTypeSymbol type, List<Finding> findings)
    {
        var candidates = type.GetMembers("Handle").OfType<IMethodSymbol>()
            .Where(m => m.IsStatic && m.DeclaredAccessibility != Accessibility.Private)
            .ToList();
        if (candidates.Count == 1) return candidates[0];
        Add(findings, HandleMissing, type, type.Name);
        return null;
    }

    private static void CheckResult(IMethodSymbol handle, string wanted, List<Finding> findings)
    {
        if (handle.ReturnType.ToDisplayString() == wanted) return;
        string shortName = wanted.Substring(wanted.LastIndexOf('.') + 1);
        Add(findings, HandleReturnsOther, handle, handle.ContainingType.Name, shortName);
    }

    private static HandlerModel ParseHandler(
        INamedTypeSymbol type,
        IMethodSymbol handle,
        string nsid,
        INamedTypeSymbol? services,
        List<Finding> findings)
    {
        var parameters = type.GetTypeMembers("Params").FirstOrDefault();
        int skipped = 0;
        if (parameters is not null)
        {
            if (parameters.TypeKind is not TypeKind.Struct
                || parameters is not { IsReadOnly: true, IsRefLikeType: true })
            {
                Add(findings, ParamsNotReadonlyRefStruct, parameters, type.Name);
            }

            var first = handle.Parameters.FirstOrDefault();
            bool taken = first?.RefKind == RefKind.In
                && SymbolEqualityComparer.Default.Equals(first.Type, parameters);
            if (taken) skipped = 1;
            else Add(findings, ParamsNotTaken, handle, type.Name);
        }

        var arguments = handle.Parameters.Skip(skipped)
            .Select(parameter => Argument(parameter, type, services, findings))
            .ToArray();
        return new HandlerModel(
            nsid,
            false,
            FullName(type),
            parameters is not null,
            new(parameters is null ? [] : ParseParams(parameters, findings)),
            new(skipped == 1 ? ["in parameters", .. arguments] : arguments));
    }

    private static string Argument(
        IParameterSymbol parameter,
        INamedTypeSymbol type,
        INamedTypeSymbol? services,
        List<Finding> findings)
    {
        string typeName = parameter.Type.ToDisplayString();
        if (parameter.RefKind == RefKind.None)
        {
            if (typeName == RequestType) return "call.Request";
            if (typeName == ResponseType) return "call.Response";

            var matches = (services?.GetMembers() ?? []).OfType<IPropertySymbol>()
                .Where(p => p.DeclaredAccessibility == Accessibility.Public && !p.IsStatic
                    && SymbolEqualityComparer.Default.Equals(p.Type, parameter.Type))
                .ToList();
            if (matches.Count == 1) return "call.Services." + matches[0].Name;
        }

        Add(findings, ServiceUnknown, parameter, parameter.Name, type.Name, typeName);
        return "";
    }

    private static void Add(
        List<Finding> findings, string id, ISymbol symbol, params string[] arguments) =>
        findings.Add(new Finding(id, SourcePlace.Of(symbol), new(arguments)));

    private static string FullName(ITypeSymbol type) =>
        type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    private static string Pascal(string text) => char.ToUpperInvariant(text[0]) + text.Substring(1);

    private static string Camel(string text) => char.ToLowerInvariant(text[0]) + text.Substring(1);
}
