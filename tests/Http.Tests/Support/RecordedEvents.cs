using System.Net;
using Http.Connections;

namespace Http.Tests.Support;

/// <summary>Notes what the engine would have logged.</summary>
internal sealed class RecordedEvents : EngineEvents
{
    internal List<Exception> HandlerFailures { get; } = [];

    internal List<Exception?> BodyFailures { get; } = [];

    internal int RefusedCount { get; private set; }

    public override void HandlerFailed(Exception exception) => HandlerFailures.Add(exception);

    public override void BodyFailed(Exception? exception) => BodyFailures.Add(exception);

    public override void ConnectionRefused(IPAddress? remoteAddress) => RefusedCount++;
}
