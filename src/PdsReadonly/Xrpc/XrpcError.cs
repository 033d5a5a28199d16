using System.Text;
using Atproto.Multiformats;

namespace PdsReadonly.Xrpc;

/// <summary>
/// A refusal (https://atproto.com/specs/xrpc#error-responses): the status, the bare name a lexicon
/// knows it by, the text the client reads, and a detail that goes to the log and nowhere else.
/// </summary>
/// <remarks>Everything "not found" is 400, as the reference PDS answers it.</remarks>
internal sealed class XrpcError
{
    internal static readonly XrpcError InvalidRequest =
        new(400, "InvalidRequest", "Invalid Request");

    internal static readonly XrpcError AuthenticationRequired =
        new(401, "AuthenticationRequired", "Authentication Required");

    internal static readonly XrpcError Forbidden = new(403, "Forbidden", "Forbidden");

    internal static readonly XrpcError NotSupported =
        new(404, "XRPCNotSupported", "XRPC Not Supported");

    internal static readonly XrpcError NotAcceptable = new(406, "NotAcceptable", "Not Acceptable");

    internal static readonly XrpcError PayloadTooLarge =
        new(413, "PayloadTooLarge", "Payload Too Large");

    internal static readonly XrpcError UnsupportedMediaType =
        new(415, "UnsupportedMediaType", "Unsupported Media Type");

    internal static readonly XrpcError RateLimitExceeded =
        new(429, "RateLimitExceeded", "Rate Limit Exceeded");

    internal static readonly XrpcError InternalServerError = Internal(null);

    internal static readonly XrpcError MethodNotImplemented =
        new(501, "MethodNotImplemented", "Method Not Implemented");

    internal static readonly XrpcError UpstreamFailure =
        new(502, "UpstreamFailure", "Upstream Failure");

    internal static readonly XrpcError UpstreamTimeout =
        new(504, "UpstreamTimeout", "Upstream Timeout");

    /// <summary>
    /// What every POST gets. No credentials are looked at: there is nothing to log in to.
    /// </summary>
    internal static readonly XrpcError ReadOnly =
        new(401, "AuthenticationRequired", "This PDS is read-only");

    /// <summary>A path under /xrpc/ that cannot name a method.</summary>
    internal static readonly XrpcError InvalidPath = Invalid("invalid xrpc path");

    /// <summary>A verb that XRPC does not have.</summary>
    internal static readonly XrpcError InvalidVerb =
        Invalid("XRPC requests only supports GET and POST");

    /// <summary>A subscription that was asked for as if it were a query.</summary>
    internal static readonly XrpcError UpgradeRequired =
        new(426, "UpgradeRequired", "This method is a WebSocket");

    internal static readonly XrpcError WebSocketVersion =
        Invalid("Missing or invalid Sec-WebSocket-Version header");

    internal static readonly XrpcError WebSocketKey =
        Invalid("Missing or invalid Sec-WebSocket-Key header");

    /// <summary>A query that came with content.</summary>
    internal static readonly XrpcError UnexpectedContent =
        Invalid("A request body was provided when none was expected");

    /// <summary>Outside of /xrpc/.</summary>
    internal static readonly XrpcError NotFound = new(404, "NotFound", "Not Found");

    internal XrpcError(int status, string name, string message, string? detail = null)
    {
        Status = status;
        Name = name;
        Message = message;
        Detail = detail;
    }

    internal int Status { get; }

    internal string Name { get; }

    internal string Message { get; }

    /// <summary>For the log only: SQL, paths, exception texts.</summary>
    internal string? Detail { get; }

    /// <summary>400 InvalidRequest with a text of its own.</summary>
    internal static XrpcError Invalid(string message) => new(400, "InvalidRequest", message);

    /// <summary>500; the client is told nothing of the cause.</summary>
    internal static XrpcError Internal(string? detail) =>
        new(500, "InternalServerError", "Internal Server Error", detail);

    /// <summary>503: there will be room again.</summary>
    internal static XrpcError Busy(string? detail) =>
        new(503, "NotEnoughResources", "Not Enough Resources", detail);

    /// <summary>
    /// Pages of another commit than the one asked about would not fit together.
    /// </summary>
    internal static XrpcError CommitChanged(in Cid head) =>
        new(400, "CommitChanged", $"The repo is at another commit: {head}");

    /// <summary>
    /// The account gate: no such repo here. <paramref name="id"/> is as the request gave it.
    /// </summary>
    internal static XrpcError RepoNotFound(ReadOnlySpan<byte> id) =>
        Gate("RepoNotFound", "Could not find repo for DID: ", id);

    /// <summary>The account gate; the name is spelled as clients know it.</summary>
    internal static XrpcError RepoTakendown(ReadOnlySpan<byte> id) =>
        Gate("RepoTakendown", "Repo has been takendown: ", id);

    /// <summary>The account gate: switched off by its owner.</summary>
    internal static XrpcError RepoDeactivated(ReadOnlySpan<byte> id) =>
        Gate("RepoDeactivated", "Repo has been deactivated: ", id);

    /// <summary>The account gate: switched off by the host for a time.</summary>
    internal static XrpcError RepoSuspended(ReadOnlySpan<byte> id) =>
        Gate("RepoSuspended", "Repo has been suspended: ", id);

    private static XrpcError Gate(string name, string message, ReadOnlySpan<byte> id) =>
        new(400, name, message + Encoding.UTF8.GetString(id));
}
