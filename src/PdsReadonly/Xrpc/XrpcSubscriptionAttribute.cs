namespace PdsReadonly.Xrpc;

/// <summary>
/// Marks a static class as one XRPC subscription (https://atproto.com/specs/event-stream). A plain
/// GET of it answers 501.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class XrpcSubscriptionAttribute(string nsid) : Attribute
{
    /// <summary>The method's NSID, spelled as in its lexicon.</summary>
    public string Nsid { get; } = nsid;
}
