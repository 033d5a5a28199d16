using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Http;
using Http.Transports;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Events;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using PdsReadonly.Platform;
using PdsReadonly.Server;
using PdsReadonly.Upstream;
using PdsReadonly.Web;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Cli;

/// <summary>Loads CARs and serves them until told to stop.</summary>
internal static class ServeCommand
{
    // For answers under way. What comes after it has the rest of StopSignal.Limit.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(7);

    internal static async Task<int> RunAsync(
        ServeSettings settings, CommandContext context, CancellationToken cancellation)
    {
        using var log = new LogWriter(context.Error, context.Time);
        // From here on a signal ends it in good order, whatever it is at.
        using var stop = new StopSignal(log, cancellation);
        try
        {
            return await OpenAndServeAsync(settings, log, context, stop)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            log.WriteLine("stopping");
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(log, e.Message);
        }
    }

    private static async Task<int> OpenAndServeAsync(
        ServeSettings settings, LogWriter log, CommandContext context, StopSignal stop)
    {
        var descriptors = DescriptorBudget.OfThisProcess();
        if (settings.Http.ConnectionsMax > descriptors.ConnectionsMost)
        {
            return Fail(
                log,
                $"--connections-max {settings.Http.ConnectionsMax} cannot be held: with at most "
                + $"{descriptors.Limit} open files (ulimit -n) it is "
                + $"{descriptors.ConnectionsMost}");
        }

        using var data = DataFolder.Open(settings.Data, log, out string? reason);
        if (data is null) return Fail(log, reason);
        try
        {
            return await ServeAsync(settings, data, descriptors, log, context, stop)
                .ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            return Fail(log, $"data folder {data.Path} cannot be used: {e.Message}");
        }
        catch (Win32Exception e)
        {
            // SocketException is one too.
            return Fail(
                log, $"cannot listen on {settings.Bind} port {settings.Port}: {e.Message}");
        }
    }

    private static async Task<int> ServeAsync(
        ServeSettings settings, DataFolder data, DescriptorBudget descriptors,
        LogWriter log, CommandContext context, StopSignal stop)
    {
        var (_, _, isTerminal, time) = context;
        using var database = data.OpenCatalog(log);
        using var index = settings.Lightrail is null ? null : data.OpenLightrail(time, log);
        var metrics = new LightrailMetrics();
        var events = new EventLog(database, time, settings.EventWindow);
        var announcer = new Announcer(events, EventOptionsOf(settings));
        var catalog = new RepoCatalog(database, time, announcer);
        if (settings.Blobs is { } blobs && !Directory.Exists(blobs))
        {
            log.WriteLine(
                $"warning: --blobs {blobs} is not a folder; blobs are looked for there even so");
        }

        var load = new LoadOptions
        {
            Cars = settings.Cars,
            DataFolder = data.Path,
            Signatures = settings.Signatures,
            AllowLegacy = settings.AllowLegacy,
        };
        var reporter = new LoadReporter(log, isTerminal, settings.Verbose, time);
        using var loader = new ArchiveLoader(load, catalog, time, reporter, stop.Token);
        using var pool = new RepoPool(
            descriptors.OpenRepos, repo => loader.Reread(repo.SourcePath));
        using var logs = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(LogLevel.Information)
            .AddProvider(new LogProvider(log)));
        var services = new XrpcServices
        {
            Options = OptionsOf(settings),
            Catalog = catalog,
            Repos = pool,
            Blobs = new BlobDirectory(
                settings.Blobs, catalog, time, logs.CreateLogger<BlobDirectory>()),
            Time = time,
            Events = events,
            Lightrail = index,
        };

        // Before anyone can ask: a takedown must not come a moment late, and what was here is here.
        foreach (var (did, status) in settings.Statuses) catalog.SetStatus(did, status);
        if (loader.Plan() == 0 && index is null && !settings.AllowEmpty)
        {
            return Fail(
                log, "nothing to serve: there is no CAR file (--allow-empty serves even so)");
        }

        await using var server = StartServer(
            new IPEndPoint(settings.Bind, settings.Port),
            DispatcherOf(services, loader, metrics, logs),
            new HttpServerOptions
            {
                Limits = LimitsOf(settings.Http, descriptors, log),
                TimeProvider = time,
                Events = new EngineLog(logs.CreateLogger<EngineLog>()),
                ErrorHeaders = AnswerWriter.CommonHeaders,
                TrustedProxies = settings.Http.TrustedProxies,
                Transport = TransportOf(settings.Http),
            });
        log.WriteLine($"listening on {ListeningOn(server.LocalEndPoint)}");
        loader.Start();
        await using var lightrail = Follow(
            settings.Lightrail is { } followed ? followed with { SpillFolder = data.Path } : null,
            index, metrics, time, logs);
        using var memory = IdleMemory.OfThisProcess(time, () => server.HeldBytes);
        await Task.WhenAny(stop.Requested, loader.FirstRound).ConfigureAwait(false);
        if (loader.FirstRound.IsCompleted)
        {
            if (loader.IsWaiting && catalog.Count == 0 && index is null)
            {
                return Fail(log, $"data folder {data.Path} has no room for any repo");
            }

            if (settings.Blobs is { } folder && Directory.Exists(folder))
            {
                WarnOfBlobs(folder, catalog, log);
            }
        }

        await stop.Requested.ConfigureAwait(false);
        log.WriteLine("stopping");
        await server.StopAsync(s_grace).ConfigureAwait(false);
        return ExitCode.Done;
    }

    // Other tools lay their blobs out otherwise, and then all of them look missing.
    private static void WarnOfBlobs(string blobs, RepoCatalog catalog, TextWriter error)
    {
        const int EntriesMax = 100_000;
        if (catalog.Count == 0) return;
        int seen = 0;
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(blobs))
            {
                string name = Path.GetFileName(path);
                bool isServed = catalog.TryFind(Encoding.UTF8.GetBytes(name), out _)
                    || catalog.TryFind(Encoding.UTF8.GetBytes(name.Replace('_', ':')), out _);
                if (isServed || ++seen == EntriesMax) return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = InputFile.DenialOf(blobs) ?? e.Message;
            error.WriteLine($"warning: --blobs {blobs} cannot be read: {reason}");
            return;
        }

        error.WriteLine(
            $"warning: --blobs {blobs} has no folder named after the DID of a repo that is served, "
            + "so none of its files is found: they are looked for at DID/…/CID");
    }

    private static LightrailService? Follow(
        LightrailSettings? settings, LightrailDatabase? index, LightrailMetrics metrics,
        TimeProvider time, ILoggerFactory logs)
    {
        if (settings is null || index is null) return null;
        TrustStore.Prepare();
        var service = new LightrailService(settings, index, metrics, time, logs);
        service.Start();
        return service;
    }

    private static HttpLimits LimitsOf(
        HttpSettings settings, DescriptorBudget descriptors, TextWriter error)
    {
        var limits = settings.LimitsFor(descriptors.Connections);
        if (settings.ConnectionsMax is null && limits.ConnectionsMax == descriptors.Connections)
        {
            error.WriteLine(
                $"at most {limits.ConnectionsMax} connections at once, since at most "
                + $"{descriptors.Limit} files may be open (ulimit -n)");
        }

        return limits;
    }

    private static Func<ITransport> TransportOf(HttpSettings settings) =>
        settings.Transport switch
        {
            TransportKind.Epoll => () => new EpollTransport(settings.Loops),
            TransportKind.Sockets => static () => new SocketTransport(),
            _ => throw new UnreachableException(),
        };

    // All addresses, of both families where the machine has both.
    private static HttpServer StartServer(
        IPEndPoint end, XrpcDispatcher dispatcher, HttpServerOptions options)
    {
        try
        {
            return HttpServer.Start(end, dispatcher, options);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressFamilyNotSupported
            && end.Address.Equals(IPAddress.IPv6Any))
        {
            return HttpServer.Start(new IPEndPoint(IPAddress.Any, end.Port), dispatcher, options);
        }
    }

    private static XrpcDispatcher DispatcherOf(
        XrpcServices services, ArchiveLoader loader, LightrailMetrics metrics, ILoggerFactory logs)
    {
        var directory = new HostDirectory(services.Catalog, services.Lightrail, loader);
        IPlainRoute[] own = services.Lightrail is { } index
            ? [new LightrailRoute(index, metrics), new MetricsRoute(index, metrics)]
            : [new RootRoute()];
        var plain = new PlainRoutes(
        [
            .. own,
            new RobotsRoute(),
            new HealthRoute(services.Options, directory),
            new DidDocumentRoute(services.Options, directory),
            new AtprotoDidRoute(directory),
        ]);
        return new XrpcDispatcher(services, plain, logs.CreateLogger<XrpcDispatcher>());
    }

    private static EventOptions EventOptionsOf(ServeSettings settings) => new()
    {
        Hostname = settings.Hostname,
        Replays = settings.Replay,
    };

    private static ServerOptions OptionsOf(ServeSettings settings) => new()
    {
        Hostname = settings.Hostname ?? "localhost",
        Version = ProgramVersion.Text,
        ImmutableBlobs = settings.ImmutableBlobs,
        ContactEmail = settings.ContactEmail,
        PrivacyPolicyUrl = settings.PrivacyPolicyUrl,
        TermsOfServiceUrl = settings.TermsOfServiceUrl,
    };

    // The first word can be opened in a browser; where that is not all, the rest is named too.
    private static string ListeningOn(IPEndPoint end)
    {
        if (end.Address.Equals(IPAddress.Any))
        {
            return $"http://localhost:{end.Port} (0.0.0.0: all IPv4 addresses of this machine)";
        }

        return end.Address.Equals(IPAddress.IPv6Any)
            ? $"http://localhost:{end.Port} (0.0.0.0 and ::, all addresses of this machine)"
            : $"http://{end}";
    }

    private static int Fail(TextWriter error, string? reason)
    {
        error.WriteLine($"error: {reason}");
        return ExitCode.CannotRun;
    }
}
