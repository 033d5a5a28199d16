using Http.Messages;

namespace Http.Tests.Support;

/// <summary>
/// One entry of the hostile suite: bytes, and what must come of them. Either a refusal by its code,
/// or what the handler saw and whether the connection stands afterwards.
/// </summary>
internal sealed record RawRequest(
    string Name, string Bytes, RequestRejection Rejection, string? Seen, bool KeepsAlive)
{
    internal bool IsHead => Bytes.Contains("HEAD ", StringComparison.Ordinal);

    public override string ToString() => Name;
}
