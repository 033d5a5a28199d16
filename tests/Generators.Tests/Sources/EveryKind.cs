using System;
using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Connections;
using PdsReadonly.Xrpc;
using PdsReadonly.Xrpc.Parameters;

namespace Example;

[XrpcQuery("com.example.every.kind")]
internal static class EveryKind
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }
        public required Utf8<AtIdentifier> Repo { get; init; }
        public Utf8<Handle> Handle { get; init; }
        public Utf8<Nsid> Collection { get; init; }
        public Utf8<RecordKey> Rkey { get; init; }
        public Utf8<Tid> Since { get; init; }
        public Utf8<Cid> Cid { get; init; }
        public required Utf8List<Cid> Cids { get; init; }
        public ReadOnlySpan<byte> Cursor { get; init; }
        [XrpcInteger(1, 1000, Default = 500)] public int Limit { get; init; }
        [XrpcInteger(0, 10)] public required long Depth { get; init; }
        public long? Seq { get; init; }
        public bool Reverse { get; init; }
        [XrpcBoolean(Default = true)] public bool Active { get; init; }
        public bool HasCursor => !Cursor.IsEmpty;
    }

    internal static XrpcResult Handle(
        in Params p, Catalog catalog, HttpRequest request, HttpResponse response) => default;
}

[XrpcQuery("com.example.no-thing.getNothing")]
internal static class NothingGetNothing
{
    internal static XrpcResult Handle() => default;
}

[XrpcQuery("com.example.some.getThing")]
internal static class SomeGetThing
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }
    }

    internal static XrpcResult Handle(in Params p) => default;
}

[XrpcSubscription("com.example.every.subscribe")]
internal static class EverySubscribe
{
    internal readonly ref struct Params
    {
        public long? Cursor { get; init; }
    }

    internal static IMessageSource Handle(in Params p, Catalog catalog) => null!;
}
