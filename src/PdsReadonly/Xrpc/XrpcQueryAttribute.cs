namespace PdsReadonly.Xrpc;

/// <summary>
/// Marks a static class as the handler of one XRPC query (https://atproto.com/specs/xrpc). The
/// class has a static <c>Handle</c> and, when the query takes parameters, a nested <c>Params</c>;
/// the route generator adds the route and binds the parameters.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class XrpcQueryAttribute(string nsid) : Attribute
{
    /// <summary>The method's NSID, spelled as in its lexicon.</summary>
    public string Nsid { get; } = nsid;
}
