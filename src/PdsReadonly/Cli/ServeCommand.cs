using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Http;
using Http.Transports;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Events;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using PdsReadonly.Server;
using PdsReadonly.Upstream;
using PdsReadonly.Web;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Cli;

/// <summary>Loads CARs and serves them until told to stop.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    internal static async Task<int> RunAsync(
        ServeSettings settings, CommandContext context, CancellationToken cancellation)
    {
        var error = context.Error;
        var descriptors = DescriptorBudget.OfThisProcess();
        if (settings.Http.ConnectionsMax > descriptors.ConnectionsMost)
        {
            return Fail(
                error,
                $"--connections-max {settings.Http.ConnectionsMax} cannot be held: with at most "
                + $"{descriptors.Limit} open files (ulimit -n) it is "
                + $"{descriptors.ConnectionsMost}");
        }

        using var data = DataFolder.Open(settings.Data, error, out string? reason);
        if (data is null) return Fail(error, reason);
        try
        {
            return await ServeAsync(settings, data, descriptors, context, cancellation)
                .ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            return Fail(error, $"data folder {data.Path} cannot be used: {e.Message}");
        }
        catch (SocketException e)
        {
            return Fail(
                error, $"cannot listen on {settings.Bind} port {settings.Port}: {e.Message}");
        }
    }

    private static async Task<int> ServeAsync(
        ServeSettings settings, DataFolder data, DescriptorBudget descriptors,
        CommandContext context, CancellationToken cancellation)
    {
        // From here on a signal ends it in good order, whatever it is at.
        using var stop = new StopSignal(cancellation);
        var (_, error, isTerminal, time) = context;
        using var database = data.OpenCatalog(error);
        using var index = settings.Lightrail is null ? null : data.OpenLightrail(time, error);
        var metrics = new LightrailMetrics();
        var events = new EventLog(database, time, settings.EventWindow);
        var announcer = new Announcer(events, EventOptionsOf(settings));
        var catalog = new RepoCatalog(database, time, announcer);
        if (settings.Blobs is { } blobs && !Directory.Exists(blobs))
        {
            error.WriteLine(
                $"warning: --blobs {blobs} is no folder; blobs are looked for there all the same");
        }

        var load = new LoadOptions
        {
            Cars = settings.Cars,
            DataFolder = data.Path,
            Signatures = settings.Signatures,
            AllowLegacy = settings.AllowLegacy,
        };
        var reporter = new LoadReporter(error, isTerminal, time);
        using var loader = new ArchiveLoader(load, catalog, time, reporter);
        using var pool = new RepoPool(
            descriptors.OpenRepos, repo => loader.Reread(repo.SourcePath));
        using var logs = LoggerFactory.Create(Logging.Configure);
        var services = new XrpcServices
        {
            Options = OptionsOf(settings),
            Catalog = catalog,
            Repos = pool,
            Blobs = new BlobDirectory(settings.Blobs, catalog),
            Time = time,
            Events = events,
            Lightrail = index,
        };

        // Before anyone can ask: a takedown must not come a moment late, and what was here is here.
        foreach (var (did, status) in settings.Statuses) catalog.SetStatus(did, status);
        loader.Plan();
        await using var server = StartServer(
            new IPEndPoint(settings.Bind, settings.Port),
            DispatcherOf(services, catalog, metrics, logs),
            new HttpServerOptions
            {
                Limits = LimitsOf(settings.Http, descriptors, error),
                TimeProvider = time,
                Events = new EngineLog(logs.CreateLogger<EngineLog>()),
                ErrorHeaders = AnswerWriter.CommonHeaders,
                TrustedProxies = settings.Http.TrustedProxies,
                Transport = TransportOf(settings.Http),
            });
        string url = UrlOf(server.LocalEndPoint);
        await error.WriteLineAsync($"listening on {url}").ConfigureAwait(false);
        loader.Start();
        await using var lightrail = Follow(
            settings.Lightrail is { } followed ? followed with { SpillFolder = data.Path } : null,
            index, metrics, time, logs);
        using var memory = IdleMemory.OfThisProcess(time, () => server.HeldBytes);
        await stop.Requested.ConfigureAwait(false);
        await error.WriteLineAsync("stopping").ConfigureAwait(false);
        await server.StopAsync(s_grace).ConfigureAwait(false);
        return ExitCode.Done;
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
                $"warning: at most {limits.ConnectionsMax} connections at once, since at most "
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
        XrpcServices services, RepoCatalog catalog, LightrailMetrics metrics, ILoggerFactory logs)
    {
        var directory = new HostDirectory(catalog, services.Lightrail);
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

    private static string UrlOf(IPEndPoint end)
    {
        bool any = end.Address.Equals(IPAddress.Any) || end.Address.Equals(IPAddress.IPv6Any);
        return any ? $"http://localhost:{end.Port}" : $"http://{end}";
    }

    private static int Fail(TextWriter error, string? reason)
    {
        error.WriteLine($"error: {reason}");
        return ExitCode.CannotRun;
    }
}
