using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Xrpc;

public sealed class XrpcErrorTests
{
    public static TheoryData<int, string, string> Defaults { get; } = new()
    {
        { 400, "InvalidRequest", "Invalid Request" },
        { 401, "AuthenticationRequired", "Authentication Required" },
        { 403, "Forbidden", "Forbidden" },
        { 404, "XRPCNotSupported", "XRPC Not Supported" },
        { 406, "NotAcceptable", "Not Acceptable" },
        { 413, "PayloadTooLarge", "Payload Too Large" },
        { 415, "UnsupportedMediaType", "Unsupported Media Type" },
        { 429, "RateLimitExceeded", "Rate Limit Exceeded" },
        { 500, "InternalServerError", "Internal Server Error" },
        { 501, "MethodNotImplemented", "Method Not Implemented" },
        { 502, "UpstreamFailure", "Upstream Failure" },
        { 503, "NotEnoughResources", "Not Enough Resources" },
        { 504, "UpstreamTimeout", "Upstream Timeout" },
    };

    [Test]
    [MethodDataSource(nameof(Defaults))]
    public void Default_ForEachStatus_HasItsNameAndMessage(int status, string name, string message)
    {
        XrpcError[] all =
        [
            XrpcError.InvalidRequest, XrpcError.AuthenticationRequired, XrpcError.Forbidden,
            XrpcError.NotSupported, XrpcError.NotAcceptable, XrpcError.PayloadTooLarge,
            XrpcError.UnsupportedMediaType, XrpcError.RateLimitExceeded,
            XrpcError.InternalServerError, XrpcError.MethodNotImplemented,
            XrpcError.UpstreamFailure, XrpcError.Busy(null), XrpcError.UpstreamTimeout,
        ];

        var error = Assert.Single(all, error => error.Status == status);
        Assert.Equal((name, message), (error.Name, error.Message));
    }

    [Test]
    public void Internal_Detail_StaysOutOfTheMessage()
    {
        var error = XrpcError.Internal("SELECT secret FROM /home");
        Assert.Equal("Internal Server Error", error.Message);
        Assert.Equal("SELECT secret FROM /home", error.Detail);
    }

    [Test]
    public void Gate_EachRefusal_IsWordedAsClientsKnowIt()
    {
        (int, string, string)[] actual = new[]
        {
            XrpcError.RepoNotFound("alice.test"u8),
            XrpcError.RepoTakendown("did:plc:a"u8),
            XrpcError.RepoDeactivated("did:plc:a"u8),
            XrpcError.RepoSuspended("did:plc:a"u8),
        }.Select(error => (error.Status, error.Name, error.Message)).ToArray();

        Assert.Equal(
            [
                (400, "RepoNotFound", "Could not find repo for DID: alice.test"),
                (400, "RepoTakendown", "Repo has been takendown: did:plc:a"),
                (400, "RepoDeactivated", "Repo has been deactivated: did:plc:a"),
                (400, "RepoSuspended", "Repo has been suspended: did:plc:a"),
            ],
            actual);
    }
}
