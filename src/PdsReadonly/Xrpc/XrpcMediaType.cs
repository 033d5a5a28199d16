namespace PdsReadonly.Xrpc;

/// <summary>The Content-Type that the dispatcher adds to an answer.</summary>
internal enum XrpcMediaType
{
    /// <summary>The handler has added one.</summary>
    Own,

    /// <summary><c>application/json; charset=utf-8</c></summary>
    Json,

    /// <summary><c>text/plain; charset=utf-8</c></summary>
    Text,

    /// <summary><c>application/vnd.ipld.car</c>, without parameters.</summary>
    Car,
}
