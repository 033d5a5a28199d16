using Http.Messages;
using Xunit.Sdk;

[assembly: RegisterXunitSerializer(
    typeof(Http.Tests.Support.RawRequestSerializer), typeof(Http.Tests.Support.RawRequest))]

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

/// <summary>Names an entry by its name, so that each is a test of its own.</summary>
internal sealed class RawRequestSerializer : IXunitSerializer
{
    public object Deserialize(Type type, string serializedValue) =>
        RawRequests.All.Single(request => request.Name == serializedValue);

    public bool IsSerializable(Type type, object? value, out string failureReason)
    {
        failureReason = "";
        return true;
    }

    public string Serialize(object value) => ((RawRequest)value).Name;
}
