namespace PdsReadonly.Server;

/// <summary>What a request's path asks for.</summary>
internal enum XrpcPathKind
{
    /// <summary>Not below /xrpc/.</summary>
    Outside,

    /// <summary>Below /xrpc/, but no method can be called that.</summary>
    Malformed,

    /// <summary>Something that may be a method.</summary>
    Method,
}

/// <summary>
/// Reads paths as the reference does, which is looser than NSID syntax: after /xrpc/ at least two
/// letters or digits, with single dots or hyphens between them, and at most one slash at the end.
/// The raw path counts: percent escapes are not undone.
/// </summary>
internal static class XrpcPath
{
    /// <param name="path">The raw path, without query and fragment.</param>
    /// <param name="method">What follows /xrpc/, without the last slash.</param>
    internal static XrpcPathKind Read(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> method)
    {
        method = default;
        var prefix = "/xrpc/"u8;
        if (!path.StartsWith(prefix)) return XrpcPathKind.Outside;

        var segment = path[prefix.Length..];
        if (segment.EndsWith("/"u8)) segment = segment[..^1];
        if (!IsWellFormed(segment)) return XrpcPathKind.Malformed;
        method = segment;
        return XrpcPathKind.Method;
    }

    private static bool IsWellFormed(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 2) return false;
        bool afterAlphanumeric = false;
        foreach (byte b in segment)
        {
            bool alphanumeric = char.IsAsciiLetterOrDigit((char)b);
            if (!alphanumeric && !(afterAlphanumeric && b is (byte)'-' or (byte)'.')) return false;
            afterAlphanumeric = alphanumeric;
        }

        return afterAlphanumeric;
    }
}
