using System.Globalization;
using System.Net.Http;
using Atproto.Firehose;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using PdsReadonly.Index;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Follows a source's event stream from where it was read up to, over interruptions and restarts.
/// Where events were lost for good the source's list is read once more.
/// </summary>
internal sealed partial class StreamFollower(
    LightrailDatabase database, EventIntake intake, LightrailMetrics metrics, HttpClient http,
    TimeProvider time, ILogger<StreamFollower> log)
{
    // So many are judged and stored together at most.
    private const int BatchMax = 256;
    private const int BatchBytesMax = 8 * 1024 * 1024;

    private static readonly TimeSpan s_retryFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryMost = TimeSpan.FromMinutes(2);

    /// <summary>Ends with the token.</summary>
    internal async Task RunAsync(Source source, CancellationToken cancellation)
    {
        int failures = 0;
        while (true)
        {
            long? position = database.PositionOf(source.Name);
            var stream = new EventStreamClient(http, source.Host.Url, time)
            {
                Connected = () =>
                {
                    metrics.Stream(source.Name).IsConnected = true;
                    // What was before is in nobody's stream.
                    if (position is null) ListAgain(source);
                    source.ListingAsked.Wake();
                },
            };
            bool isAlive = await FollowAsync(source, stream, position, cancellation);
            metrics.Stream(source.Name).IsConnected = false;
            metrics.Events.Add("unreadable", stream.MalformedCount);
            var end = stream.End;
            LogEnded(source.Name, end?.Kind, end?.Detail);
            if (end?.Kind == StreamEndKind.FutureCursor) database.SetPosition(source.Name, null);
            failures = isAlive ? 1 : failures + 1;
            await Task.Delay(
                Backoff.After(failures, s_retryFirst, s_retryMost), time, cancellation);
        }
    }

    /// <summary>Whether any event came.</summary>
    private async Task<bool> FollowAsync(
        Source source, EventStreamClient stream, long? position, CancellationToken cancellation)
    {
        bool isAlive = false;
        var batch = new List<StreamEvent>();
        long bytesBefore = 0;
        await using var events =
            stream.ReadAsync(position, cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            var next = events.MoveNextAsync();
            // What is here is stored while there is nothing more to be read.
            bool isFull = batch.Count == BatchMax || stream.Bytes - bytesBefore > BatchBytesMax;
            if (batch.Count > 0 && (isFull || !next.IsCompleted))
            {
                Take(source, batch);
                bytesBefore = stream.Bytes;
            }

            if (!await next) break;
            isAlive = true;
            if (events.Current is StreamInfo { Name: StreamInfo.OutdatedCursor })
            {
                LogOutdated(source.Name);
                ListAgain(source);
                source.ListingAsked.Wake();
            }

            batch.Add(events.Current);
        }

        if (batch.Count > 0) Take(source, batch);
        return isAlive;
    }

    private void Take(Source source, List<StreamEvent> batch)
    {
        try
        {
            intake.Take(source, batch);
        }
        catch (Exception e) when (e is not SqliteException)
        {
            // One of them must not stop all that come behind it.
            foreach (var message in batch) TakeAlone(source, message);
        }

        if (batch[^1] is AccountEvent last)
        {
            bool hasTime = DateTimeOffset.TryParse(
                last.Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out var at);
            metrics.Stream(source.Name).Handled(
                last.Seq, hasTime ? time.GetUtcNow() - at : TimeSpan.Zero);
        }

        batch.Clear();
    }

    private void TakeAlone(Source source, StreamEvent message)
    {
        try
        {
            intake.Take(source, [message]);
        }
        catch (Exception e) when (e is not SqliteException)
        {
            LogPassedOver(e, source.Name, message.Seq);
            intake.PassOver(source, message);
        }
    }

    private void ListAgain(Source source) => database.ListAgain(source.Host.Id);

    [LoggerMessage(LogLevel.Error, "event {Seq} of {Name} cannot be taken")]
    private partial void LogPassedOver(Exception exception, string name, long seq);

    [LoggerMessage(LogLevel.Information, "stream of {Name} ended: {Kind}, {Detail}")]
    private partial void LogEnded(string name, StreamEndKind? kind, string? detail);

    [LoggerMessage(
        LogLevel.Warning, "stream of {Name} has lost events; its repos are listed once more")]
    private partial void LogOutdated(string name);
}
