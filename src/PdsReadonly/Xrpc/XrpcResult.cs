using System.Text.Json.Serialization.Metadata;
using Atproto.Multiformats;
using Http.Connections;
using Microsoft.Win32.SafeHandles;
using PdsReadonly.Events;

namespace PdsReadonly.Xrpc;

/// <summary>
/// What a handler answers: a refusal, or one kind of body. A value, so that the hot endpoints
/// answer without an allocation. Headers beyond Content-Type and the caching ones are the handler's
/// to add to the response; a refusal and a 304 drop them again, together with what was written to
/// the body.
/// </summary>
internal readonly struct XrpcResult
{
    /// <summary>JSON that the handler has written to the response's body.</summary>
    internal static XrpcResult WrittenJson => new() { MediaType = XrpcMediaType.Json };

    /// <summary>A CAR that the handler has written to the response's body.</summary>
    internal static XrpcResult WrittenCar => new() { MediaType = XrpcMediaType.Car };

    /// <summary>Plain text that the handler has written to the response's body.</summary>
    internal static XrpcResult WrittenText => new() { MediaType = XrpcMediaType.Text };

    /// <summary>
    /// A body that the handler has written, whose Content-Type it has added itself.
    /// </summary>
    internal static XrpcResult Written => default;

    /// <summary>
    /// No answer yet: the handler would have to wait, and is called again where it may.
    /// </summary>
    internal static XrpcResult Postponed => new() { IsPostponed = true };

    internal bool IsPostponed { get; private init; }

    internal XrpcError? Error { get; private init; }

    internal XrpcMediaType MediaType { get; private init; }

    /// <summary>A value still to be serialized, with <see cref="JsonType"/>.</summary>
    internal object? JsonValue { get; private init; }

    internal JsonTypeInfo? JsonType { get; private init; }

    internal IBodySource? Source { get; private init; }

    internal IMessageSource? Messages { get; private init; }

    internal SafeFileHandle? FileHandle { get; private init; }

    internal long FileOffset { get; private init; }

    /// <summary>
    /// Bytes of the source or of the file's range; null when a source does not know.
    /// </summary>
    internal long? Length { get; private init; }

    /// <summary>
    /// The entity tag; meaningful only with a <see cref="Caching"/> other than None, and null where
    /// the hash of the body is the tag.
    /// </summary>
    internal Cid? Tag { get; private init; }

    internal CachePolicy Caching { get; private init; }

    /// <summary>A small value, serialized by its source-generated contract.</summary>
    internal static XrpcResult Json<T>(T value, JsonTypeInfo<T> type)
        where T : class =>
        new() { MediaType = XrpcMediaType.Json, JsonValue = value, JsonType = type };

    /// <summary>A CAR made while it is sent; chunked when its length is not known.</summary>
    internal static XrpcResult Car(IBodySource source, long? length) =>
        new() { MediaType = XrpcMediaType.Car, Source = source, Length = length };

    /// <summary>JSON made while it is sent; chunked.</summary>
    internal static XrpcResult StreamedJson(IBodySource source) =>
        new() { MediaType = XrpcMediaType.Json, Source = source };

    /// <summary>
    /// Any other body made while it is sent; its Content-Type is the handler's to add.
    /// </summary>
    internal static XrpcResult Stream(IBodySource source, long? length) =>
        new() { Source = source, Length = length };

    /// <summary>
    /// A range of a file, which the connection then owns; its Content-Type is the handler's to add,
    /// and so are status 206 and Content-Range when it is not the whole of the body.
    /// </summary>
    internal static XrpcResult File(SafeFileHandle file, long offset, long length) =>
        new() { FileHandle = file, FileOffset = offset, Length = length };

    /// <summary>A WebSocket; the dispatcher has checked the handshake.</summary>
    internal static XrpcResult Stream(IMessageSource messages) => new() { Messages = messages };

    /// <summary>A WebSocket that says why there is no stream, and is closed.</summary>
    internal static XrpcResult RefusedStream(XrpcError error) =>
        Stream(new RefusedStream(error.Name, error.Message));

    internal static XrpcResult Refused(XrpcError error) => new() { Error = error };

    /// <summary>
    /// The same answer with an entity tag: the CID of the content, or one that changes whenever
    /// anything changes that the body depends on. If-None-Match is honoured with it.
    /// </summary>
    internal XrpcResult Cached(in Cid tag, CachePolicy policy) =>
        this with { Tag = tag, Caching = policy };

    /// <summary>
    /// The same answer with the hash of its body as the entity tag: for a small JSON or text whose
    /// body depends on more than one thing. Saves the client the bytes, not us the work.
    /// </summary>
    internal XrpcResult CachedByBody() =>
        this with { Tag = null, Caching = CachePolicy.Revalidate };

    public static implicit operator XrpcResult(XrpcError error) => Refused(error);
}
