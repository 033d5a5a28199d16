using Microsoft.CodeAnalysis;

namespace Generators;

/// <summary>The words for every wrong shape of a handler.</summary>
public sealed partial class XrpcRouteGenerator
{
    internal const string ClassNotStatic = "XRPC001";
    internal const string HandleMissing = "XRPC002";
    internal const string HandleReturnsOther = "XRPC003";
    internal const string ParamsNotReadonlyRefStruct = "XRPC004";
    internal const string ParameterTypeUnsupported = "XRPC005";
    internal const string ServiceUnknown = "XRPC006";
    internal const string NsidInvalid = "XRPC007";
    internal const string NsidTwice = "XRPC008";
    internal const string IntegerRangeWrong = "XRPC009";
    internal const string AbsenceUndefined = "XRPC010";
    internal const string ClassNameOther = "XRPC011";
    internal const string ParamsNotTaken = "XRPC012";
    internal const string AttributeMisplaced = "XRPC013";

    private static readonly Dictionary<string, DiagnosticDescriptor> s_descriptors = new[]
    {
        Describe(ClassNotStatic, "'{0}' must be a static class that is neither nested nor generic"),
        Describe(HandleMissing, "'{0}' must have exactly one static, non-private method Handle"),
        Describe(HandleReturnsOther, "'{0}.Handle' must return {1}"),
        Describe(ParamsNotReadonlyRefStruct, "'{0}.Params' must be a readonly ref struct"),
        Describe(
            ParameterTypeUnsupported,
            "'{0}' is a '{1}'; a parameter is a Utf8 of Did, Handle, AtIdentifier, Nsid, "
            + "RecordKey, Tid or Cid, a Utf8List of these, a ReadOnlySpan of byte, an int, a long, "
            + "or a bool"),
        Describe(
            ServiceUnknown,
            "Parameter '{0}' of '{1}.Handle' is a '{2}', which is neither Params, HttpRequest, "
            + "HttpResponse, nor the type of one public property of XrpcServices"),
        Describe(NsidInvalid, "'{0}' is not a valid NSID"),
        Describe(NsidTwice, "'{0}' has more than one handler"),
        Describe(
            IntegerRangeWrong,
            "The range of '{0}' must be ascending, hold its default, and fit its type "
            + "and ±(2^53-1)"),
        Describe(
            AbsenceUndefined,
            "'{0}' must be exactly one of: required, nullable, or given a default"),
        Describe(
            ClassNameOther,
            "'{0}' must be called '{1}', after the last two segments of its NSID"),
        Describe(
            ParamsNotTaken,
            "'{0}.Handle' must take 'in Params' first, exactly if Params exists"),
        Describe(AttributeMisplaced, "'{0}' has an attribute of another type of parameter"),
    }.ToDictionary(descriptor => descriptor.Id);

    private static void Report(SourceProductionContext context, Finding finding) =>
        context.ReportDiagnostic(Diagnostic.Create(
            s_descriptors[finding.Id],
            finding.Place.ToLocation(),
            finding.Arguments.ToArray<object>()));

    private static DiagnosticDescriptor Describe(string id, string message) =>
        new(id, "Wrong shape of an XRPC handler", message, "Xrpc", DiagnosticSeverity.Error, true);
}
