using System.Globalization;

namespace PdsReadonly.Upstream;

/// <summary>What came of a request to another host.</summary>
internal enum XrpcStatus
{
    /// <summary>200, with a body that was read to its end.</summary>
    Given,

    /// <summary>An answer that asking again will not change, a redirect among them.</summary>
    Denied,

    /// <summary>404, 405 or 501: the host may not have the method at all.</summary>
    NoMethod,

    /// <summary>500, twice: some hosts answer so what they do not have.</summary>
    Failed,

    /// <summary>Too many requests, or overloaded, to the last attempt.</summary>
    Busy,

    /// <summary>The body is larger than allowed; it was not read to its end.</summary>
    TooLarge,

    /// <summary>Whoever takes the body wanted no more of it.</summary>
    Stopped,

    /// <summary>The body was packed in a way that was not asked for, or is damaged.</summary>
    Unpackable,

    /// <summary>The body came more slowly than is borne.</summary>
    TooSlow,

    /// <summary>No answer, or not all of it, in time or at all, to the last attempt.</summary>
    Unreachable,
}

/// <param name="Status">What came of it.</param>
internal readonly record struct XrpcAnswer(XrpcStatus Status)
{
    /// <summary>Empty unless it was given.</summary>
    internal ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Of HTTP; zero without an answer.</summary>
    internal int Code { get; init; }

    /// <summary>The error's name in the body, of letters and digits; null without one.</summary>
    internal string? Error { get; init; }

    /// <summary>In a few words, for people.</summary>
    public override string ToString() => Status switch
    {
        XrpcStatus.TooLarge => "body larger than allowed",
        XrpcStatus.Stopped => "no more of the body was wanted",
        XrpcStatus.Unpackable => "body packed in a way that is not understood, or damaged",
        XrpcStatus.TooSlow => "body too slow",
        XrpcStatus.Unreachable => "no answer",
        XrpcStatus.Busy when Code == 0 => "the host asked to wait for longer",
        _ => Error is null
            ? Code.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{Code} {Error}"),
    };
}
