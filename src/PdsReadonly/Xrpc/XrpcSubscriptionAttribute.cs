namespace PdsReadonly.Xrpc;

/// <summary>
/// Marks a static class as the handler of one XRPC subscription
/// (https://atproto.com/specs/event-stream). It is shaped as a query's, but its <c>Handle</c> gives
/// the stream of messages. What is wrong with the parameters is told inside the stream.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class XrpcSubscriptionAttribute(string nsid) : Attribute
{
    /// <summary>The method's NSID, spelled as in its lexicon.</summary>
    public string Nsid { get; } = nsid;
}
