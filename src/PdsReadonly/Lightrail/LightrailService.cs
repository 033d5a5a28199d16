using System.Net.Http;
using Microsoft.Extensions.Logging;
using PdsReadonly.Index;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Keeps the index of remote repos: follows upstreams, lists what they have, proves what is queued.
/// Begins where it stopped; ends when it is disposed.
/// </summary>
internal sealed partial class LightrailService : IAsyncDisposable
{
    private static readonly TimeSpan s_retryFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryMost = TimeSpan.FromMinutes(2);

    private readonly LightrailSettings _settings;
    private readonly ILogger<LightrailService> _log;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly HttpClient _toUpstreams;
    private readonly RemoteHosts _hosts;
    private readonly RepoLister _lister;
    private readonly StreamFollower _follower;
    private readonly Resyncer _resyncer;
    private readonly CancellationTokenSource _stop = new();
    private Task _all = Task.CompletedTask;

    internal LightrailService(
        LightrailSettings settings, LightrailDatabase database, LightrailMetrics metrics,
        TimeProvider time, ILoggerFactory logs)
    {
        _settings = settings;
        _time = time;
        _log = logs.CreateLogger<LightrailService>();
        _http = OutboundClient.Create(settings.AllowPrivate);
        _toUpstreams = OutboundClient.Create(allowPrivate: true);
        _hosts = new RemoteHosts(database, _http, _toUpstreams, settings, time);
        var identities = new IdentityResolver(_http, settings.Plc, time)
        {
            AllowPrivate = settings.AllowPrivate,
            PlcPace = new HostPace(settings.PlcQps, time),
        };
        metrics.Directory = settings.Plc.Authority;
        metrics.DirectorySilence = () => identities.PlcSilence.Length;
        var intake = new EventIntake(database, identities, metrics, time);
        _lister = new RepoLister(database, _hosts, intake, settings, time);
        _follower = new StreamFollower(
            database, intake, metrics, _toUpstreams, time, logs.CreateLogger<StreamFollower>());
        _resyncer = new Resyncer(
            database, _hosts, identities, intake, metrics, settings, time,
            logs.CreateLogger<Resyncer>());
    }

    internal void Start()
    {
        var tasks = new List<Task> { KeepAsync("resyncs", _resyncer.RunAsync) };
        foreach (var upstream in _settings.Upstreams)
        {
            tasks.Add(FollowAsync(_hosts.Find(upstream)!, _stop.Token));
        }

        _all = Task.WhenAll(tasks);
    }

    /// <summary>Stops all that is under way; what was learned is stored already.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _all;
        }
        catch (OperationCanceledException)
        {
        }

        _http.Dispose();
        _toUpstreams.Dispose();
        _stop.Dispose();
    }

    private async Task FollowAsync(RemoteHost host, CancellationToken cancellation)
    {
        for (int failures = 1; ; failures++)
        {
            if (await Source.IsRelayAsync(host, cancellation) is { } isRelay)
            {
                var source = new Source(host, isRelay);
                LogUpstream(source.Name, isRelay);
                await Task.WhenAll(
                    KeepAsync(source.Name + " stream", stop => _follower.RunAsync(source, stop)),
                    KeepAsync(source.Name + " list", stop => _lister.RunAsync(source, stop)));
                return;
            }

            await Task.Delay(
                Backoff.After(failures, s_retryFirst, s_retryMost), _time, cancellation);
        }
    }

    // What fails (a full disk, or a mistake of ours) is told and tried again: the rest goes on.
    private async Task KeepAsync(string name, Func<CancellationToken, Task> run)
    {
        for (int failures = 1; ; failures++)
        {
            try
            {
                await run(_stop.Token);
                return;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                LogFailed(e, name);
            }

            await Task.Delay(
                Backoff.After(failures, s_retryFirst, s_retryMost), _time, _stop.Token);
        }
    }

    [LoggerMessage(LogLevel.Information, "following {Name}, relay: {IsRelay}")]
    private partial void LogUpstream(string name, bool isRelay);

    [LoggerMessage(LogLevel.Error, "{Name} failed and begins anew")]
    private partial void LogFailed(Exception exception, string name);
}
