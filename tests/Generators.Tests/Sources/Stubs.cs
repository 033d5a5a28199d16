// What generated code and handlers stand on, as far as the compiler is concerned.
using System;

namespace Atproto.Syntax
{
    public interface ISyntax<T>;
    public readonly struct Did : ISyntax<Did>;
    public readonly struct Handle : ISyntax<Handle>;
    public readonly struct AtIdentifier : ISyntax<AtIdentifier>;
    public readonly struct Nsid : ISyntax<Nsid>;
    public readonly struct RecordKey : ISyntax<RecordKey>;
    public readonly struct Tid : ISyntax<Tid>;
    public readonly ref struct Utf8<T> where T : ISyntax<T>;
}

namespace Atproto.Multiformats
{
    public readonly struct Cid : Atproto.Syntax.ISyntax<Cid>;
}

namespace Http.Connections
{
    public sealed class HttpRequest;
    public sealed class HttpResponse;
    public interface IMessageSource;
}

namespace PdsReadonly.Xrpc
{
    using Http.Connections;
    using PdsReadonly.Xrpc.Parameters;

    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class XrpcQueryAttribute(string nsid) : Attribute
    {
        public string Nsid { get; } = nsid;
    }

    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class XrpcSubscriptionAttribute(string nsid) : Attribute
    {
        public string Nsid { get; } = nsid;
    }

    [AttributeUsage(AttributeTargets.Property)]
    internal sealed class XrpcIntegerAttribute(long minimum, long maximum) : Attribute
    {
        public long Minimum { get; } = minimum;
        public long Maximum { get; } = maximum;
        public long Default { get; set; }
    }

    [AttributeUsage(AttributeTargets.Property)]
    internal sealed class XrpcBooleanAttribute : Attribute
    {
        public bool Default { get; set; }
    }

    internal sealed class XrpcError
    {
        internal static readonly XrpcError MethodNotImplemented = new();
        internal static readonly XrpcError UnexpectedContent = new();
    }

    internal readonly struct XrpcResult
    {
        internal static XrpcResult Stream(IMessageSource messages) => default;
        internal static XrpcResult RefusedStream(XrpcError error) => default;
        public static implicit operator XrpcResult(XrpcError error) => default;
    }

    internal sealed class Clock;
    internal sealed class Catalog;

    internal sealed class XrpcServices
    {
        public Catalog Catalog { get; } = new();
        internal Clock Clock { get; } = new();
    }

    internal readonly ref struct XrpcCall
    {
        internal HttpRequest Request { get; init; }
        internal HttpResponse Response { get; init; }
        internal XrpcServices Services { get; init; }
        internal RequestScratch Scratch { get; init; }
        internal ReadOnlySpan<byte> Query { get; init; }
        internal bool HasContent => false;
    }
}

namespace PdsReadonly.Xrpc.Parameters
{
    using Atproto.Syntax;

    internal sealed class RequestScratch;

    internal readonly ref struct Utf8List<T> where T : ISyntax<T>;

    internal ref struct GivenValues;

    internal ref struct QueryParameters
    {
        internal QueryParameters(ReadOnlySpan<byte> query, RequestScratch scratch) { }
        internal readonly bool Failed => false;
        internal bool Read() => false;
        internal readonly bool Is(ReadOnlySpan<byte> name) => false;
        internal readonly void Take(ref GivenValues values) { }
        internal void TakeInteger(ref GivenValues values) { }
        internal void TakeBoolean(ref GivenValues values) { }
        internal Utf8<T> Checked<T>(
            scoped in GivenValues values, string name, string format, bool required)
            where T : ISyntax<T> => default;
        internal ReadOnlySpan<byte> Text(
            scoped in GivenValues values, string name, bool required) => default;
        internal long? Integer(
            scoped in GivenValues values, string name, bool required, long minimum, long maximum) =>
            null;
        internal bool? Boolean(scoped in GivenValues values, string name, bool required) => null;
        internal Utf8List<T> List<T>(
            scoped in GivenValues values,
            ReadOnlySpan<byte> utf8Name,
            string name,
            string format,
            bool required)
            where T : ISyntax<T> => default;
        internal readonly XrpcError Refusal(string nsid) => XrpcError.UnexpectedContent;
    }
}
