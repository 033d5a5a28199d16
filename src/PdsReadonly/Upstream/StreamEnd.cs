using Atproto.Syntax;

namespace PdsReadonly.Upstream;

/// <summary>How an event stream came to its end.</summary>
internal enum StreamEndKind
{
    /// <summary>The host closed it in order.</summary>
    Closed,

    /// <summary>The host has no events that late: it counts anew, or is another.</summary>
    FutureCursor,

    /// <summary>Events came faster than they were taken.</summary>
    ConsumerTooSlow,

    /// <summary>Another error of the host's, which the detail names.</summary>
    HostError,

    /// <summary>A message that is none, or larger than allowed.</summary>
    BadFrame,

    /// <summary>Nothing came for too long, or no answer to a ping.</summary>
    Idle,

    /// <summary>The host answered, but not with a stream: the detail has its status.</summary>
    Refused,

    /// <summary>No connection, or none any more.</summary>
    Unreachable,
}

/// <summary>How an event stream ended, and what there is to say of it.</summary>
/// <param name="Kind">How.</param>
/// <param name="Detail">What there is to say, as it came from the host.</param>
internal sealed record StreamEnd(StreamEndKind Kind, string Detail)
{
    /// <summary>Fit to be printed.</summary>
    public string Detail { get; } = PrintableText.Of(Detail);
}
