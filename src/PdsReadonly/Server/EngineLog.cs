using System.Net;
using Http.Connections;
using Microsoft.Extensions.Logging;

namespace PdsReadonly.Server;

/// <summary>Puts what the HTTP engine notices into the log.</summary>
internal sealed partial class EngineLog(ILogger<EngineLog> logger) : EngineEvents
{
    public override void HandlerFailed(Exception exception) => LogHandlerFailed(exception);

    public override void BodyFailed(Exception? exception) => LogBodyFailed(exception);

    public override void AcceptFailed(Exception exception, TimeSpan pause) =>
        LogAcceptFailed(exception.Message, pause.TotalMilliseconds);

    public override void ConnectionRefused(IPAddress? remoteAddress) =>
        LogConnectionRefused(remoteAddress);

    [LoggerMessage(1, LogLevel.Error, "A request failed")]
    private partial void LogHandlerFailed(Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "An answer could not be finished; its connection was cut")]
    private partial void LogBodyFailed(Exception? exception);

    [LoggerMessage(
        3, LogLevel.Warning, "No connection was accepted ({Reason}); again in {Milliseconds} ms")]
    private partial void LogAcceptFailed(string reason, double milliseconds);

    [LoggerMessage(4, LogLevel.Debug, "Too many connections: {Address} was turned away")]
    private partial void LogConnectionRefused(IPAddress? address);
}
