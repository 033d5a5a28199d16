namespace Generators.Tests;

public sealed class XrpcRouteGeneratorDiagnosticsTests
{
    private const string Header = """
        using System;
        using Atproto.Multiformats;
        using Atproto.Syntax;
        using PdsReadonly.Xrpc;
        using PdsReadonly.Xrpc.Parameters;
        namespace Example;

        """;

    private const string GoodHandle = "internal static XrpcResult Handle() => default;";

    private const string GoodStream =
        "internal static Http.Connections.IMessageSource Handle() => null!;";

    [Test]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal sealed class BC { " + GoodHandle + " }",
        "XRPC001", "'BC' must be a static class that is neither nested nor generic")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class BC<T> { " + GoodHandle + " }",
        "XRPC001", "'BC' must be a static class that is neither nested nor generic")]
    [Arguments(
        "static class O { [XrpcQuery(\"a.b.c\")] internal static class BC { " + GoodHandle + " } }",
        "XRPC001", "'BC' must be a static class that is neither nested nor generic")]
    [Arguments(
        "[XrpcSubscription(\"a.b.c\")] internal sealed class BC { " + GoodStream + " }",
        "XRPC001", "'BC' must be a static class that is neither nested nor generic")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class BC;",
        "XRPC002", "'BC' must have exactly one static, non-private method Handle")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class BC "
        + "{ private static XrpcResult Handle() => default; }",
        "XRPC002", "'BC' must have exactly one static, non-private method Handle")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class BC "
        + "{ " + GoodHandle + " internal static XrpcResult Handle(Catalog c) => default; }",
        "XRPC002", "'BC' must have exactly one static, non-private method Handle")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class BC { internal static void Handle() { } }",
        "XRPC003", "'BC.Handle' must return XrpcResult")]
    [Arguments(
        "[XrpcSubscription(\"a.b.c\")] internal static class BC { " + GoodHandle + " }",
        "XRPC003", "'BC.Handle' must return IMessageSource")]
    [Arguments(
        "[XrpcSubscription(\"a.b.c\")] internal static class BC;",
        "XRPC002", "'BC' must have exactly one static, non-private method Handle")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class BC "
        + "{ internal static XrpcResult Handle(string s) => default; }",
        "XRPC006",
        "Parameter 's' of 'BC.Handle' is a 'string', which is neither Params, HttpRequest, "
        + "HttpResponse, nor the type of one public property of XrpcServices")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class BC "
        + "{ internal static XrpcResult Handle(Clock clock) => default; }",
        "XRPC006",
        "Parameter 'clock' of 'BC.Handle' is a 'PdsReadonly.Xrpc.Clock', which is neither Params, "
        + "HttpRequest, HttpResponse, nor the type of one public property of XrpcServices")]
    [Arguments(
        "[XrpcQuery(\"nothing\")] internal static class BC { " + GoodHandle + " }",
        "XRPC007", "'nothing' is not a valid NSID")]
    [Arguments(
        "[XrpcQuery(\"a.b.c-d\")] internal static class BC { " + GoodHandle + " }",
        "XRPC007", "'a.b.c-d' is not a valid NSID")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\\n\")] internal static class BC { " + GoodHandle + " }",
        "XRPC007", "'a.b.c\n' is not a valid NSID")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class BC { " + GoodHandle + " }"
        + "[XrpcSubscription(\"a.b.c\")] internal static class Bc { " + GoodStream + " }",
        "XRPC011", "'Bc' must be called 'BC', after the last two segments of its NSID",
        "XRPC008", "'a.b.c' has more than one handler")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class Other { " + GoodHandle + " }",
        "XRPC011", "'Other' must be called 'BC', after the last two segments of its NSID")]
    [Arguments(
        "[XrpcQuery(\"a.b.c\")] internal static class BC "
        + "{ internal readonly ref struct Params; " + GoodHandle + " }",
        "XRPC012", "'BC.Handle' must take 'in Params' first, exactly if Params exists")]
    public void Generate_WrongHandler_IsReported(
        string source,
        string id,
        string message,
        string? secondId = null,
        string? secondMessage = null)
    {
        (string Id, string Message)[] expected = secondId is null
            ? [(id, message)]
            : [(id, message), (secondId, secondMessage!)];

        Assert.Equal(expected, Messages(Header + source));
    }

    [Test]
    [Arguments("ref struct")]
    [Arguments("readonly struct")]
    [Arguments("sealed class")]
    public void Generate_ParamsOfAnotherShape_IsReported(string shape)
    {
        var messages = Messages(Header
            + "[XrpcQuery(\"a.b.c\")] internal static class BC { internal " + shape
            + " Params { } internal static XrpcResult Handle(in Params p) => default; }");

        Assert.Equal([("XRPC004", "'BC.Params' must be a readonly ref struct")], messages);
    }

    [Test]
    public void Generate_ParamsTakenByValue_IsReported()
    {
        var messages = Messages(Header
            + "[XrpcQuery(\"a.b.c\")] internal static class BC { "
            + "internal readonly ref struct Params; "
            + "internal static XrpcResult Handle(Params p) => default; }");

        Assert.Equal(["XRPC012", "XRPC006"], messages.Select(message => message.Id));
    }

    [Test]
    [Arguments("public string P { get; init; }", "XRPC005")]
    [Arguments("public required Utf8<Other> P { get; init; }", "XRPC005")]
    [Arguments("public bool? P { get; init; }", "XRPC005")]
    [Arguments("public ReadOnlySpan<char> P { get; init; }", "XRPC005")]
    [Arguments("[XrpcInteger(2, 1)] public required int P { get; init; }", "XRPC009")]
    [Arguments("[XrpcInteger(1, 9, Default = 10)] public int P { get; init; }", "XRPC009")]
    [Arguments("[XrpcInteger(1, 9, Default = 0)] public int P { get; init; }", "XRPC009")]
    [Arguments("[XrpcInteger(0, 2147483648)] public int? P { get; init; }", "XRPC009")]
    [Arguments("[XrpcInteger(0, 9007199254740992)] public long? P { get; init; }", "XRPC009")]
    [Arguments("public int P { get; init; }", "XRPC010")]
    [Arguments("public required int? P { get; init; }", "XRPC010")]
    [Arguments("[XrpcInteger(0, 1, Default = 1)] public int? P { get; init; }", "XRPC010")]
    [Arguments("[XrpcInteger(0, 1, Default = 1)] public required int P { get; init; }", "XRPC010")]
    [Arguments("[XrpcBoolean(Default = true)] public required bool P { get; init; }", "XRPC010")]
    [Arguments("[XrpcInteger(0, 1)] public Utf8<Did> P { get; init; }", "XRPC013")]
    [Arguments("[XrpcBoolean] public required int P { get; init; }", "XRPC013")]
    public void Generate_WrongParameter_IsReported(string property, string id)
    {
        var messages = Messages(Header
            + "internal readonly struct Other : ISyntax<Other>; "
            + "[XrpcQuery(\"a.b.c\")] internal static class BC { "
            + "internal readonly ref struct Params { " + property + " } "
            + "internal static XrpcResult Handle(in Params p) => default; }");

        var (actual, message) = Assert.Single(messages);
        Assert.Equal(id, actual);
        Assert.Contains("'P'", message, StringComparison.Ordinal);
    }

    [Test]
    public void Generate_WrongHandler_IsReportedWhereItStands()
    {
        var diagnostic = Assert.Single(GeneratorRun.Diagnose(
            Header + "[XrpcQuery(\"a.b.c\")]\ninternal static class BC;"));

        var place = diagnostic.Location.GetLineSpan();
        Assert.Equal("Source1.cs", place.Path);
        Assert.Equal(Header.Count(c => c == '\n') + 1, place.StartLinePosition.Line);
    }

    private static (string Id, string Message)[] Messages(string source) =>
        [.. GeneratorRun.Diagnose(source).Select(d => (d.Id, d.GetMessage()))];
}
