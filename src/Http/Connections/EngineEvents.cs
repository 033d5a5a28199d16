using System.Net;

namespace Http.Connections;

/// <summary>
/// What the engine wants to have logged. Called on the connection's or the listener's thread; every
/// method does nothing unless overridden, and none may throw.
/// </summary>
public class EngineEvents
{
    /// <summary>Says nothing.</summary>
    public static EngineEvents None { get; } = new();

    /// <summary>A handler threw; its client got a 500.</summary>
    public virtual void HandlerFailed(Exception exception)
    {
    }

    /// <summary>
    /// A body could not be finished and its connection was cut; the exception if one was.
    /// </summary>
    public virtual void BodyFailed(Exception? exception)
    {
    }

    /// <summary>
    /// A connection could not be accepted; the next attempt comes after a pause. Said once, until
    /// one is accepted again.
    /// </summary>
    public virtual void AcceptFailed(Exception exception, TimeSpan pause)
    {
    }

    /// <summary>A connection was turned away: too many, in all or from that address.</summary>
    public virtual void ConnectionRefused(IPAddress? remoteAddress)
    {
    }
}
