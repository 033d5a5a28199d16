using System.Globalization;
using System.Net.Http.Headers;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// The published server on a free port of the loopback, with a data folder of its own. Disposing it
/// sends SIGTERM.
/// </summary>
internal sealed class PdsProcess : IAsyncDisposable
{
    private const string Listening = "listening on ";
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_loadLimit = TimeSpan.FromMinutes(5);

    private readonly ChildProcess _child;
    private readonly TemporaryFolder? _ownData;

    private PdsProcess(ChildProcess child, TemporaryFolder? ownData, Uri address)
    {
        _child = child;
        _ownData = ownData;
        BaseAddress = address;
        Client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        })
        {
            BaseAddress = address,
        };
    }

    public Uri BaseAddress { get; }

    /// <summary>
    /// A client that does nothing by itself: no redirects, cookies or decompression.
    /// </summary>
    public HttpClient Client { get; }

    public int Id => _child.Id;

    public ProcessOutput Output => _child.Output;

    public bool HasExited => _child.HasExited;

    /// <summary>Starts it with these arguments and returns when everything is loaded.</summary>
    public static Task<PdsProcess> StartAsync(params string[] arguments) =>
        StartAsync(new PdsLaunch { Arguments = arguments });

    /// <exception cref="InvalidOperationException">
    /// It ended first; the text holds its output.
    /// </exception>
    public static async Task<PdsProcess> StartAsync(PdsLaunch launch)
    {
        var ownData = launch.DataFolder is null ? new TemporaryFolder() : null;
        string data = launch.DataFolder ?? ownData!.Location;
        string[] command = launch.Command is null ? [] : [launch.Command];
        string[] arguments =
        [
            .. command, "--port", "0", "--bind", "127.0.0.1", "--data", data, "--allow-empty", "-v",
            .. launch.Arguments,
        ];
        var child = StartChild(launch, arguments);
        try
        {
            string line = await child.Output.WaitForAsync(Listening, s_startLimit);
            int at = line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length;
            var pds = new PdsProcess(child, ownData, new Uri(line[at..].Trim()));
            if (launch.UntilReady) await pds.WaitUntilReadyAsync();
            return pds;
        }
        catch
        {
            await child.DisposeAsync();
            ownData?.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the first round of loading is over.</summary>
    public Task WaitUntilReadyAsync() => Output.WaitForAsync("ready: ", s_loadLimit);

    /// <summary>GET of an XRPC method; the caller disposes the response.</summary>
    public Task<HttpResponseMessage> GetAsync(
        string nsid, params (string Name, string Value)[] parameters) =>
        Client.GetAsync(
            new Uri(UrlOf(nsid, parameters), UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead);

    /// <summary>The same with a request header, for what is conditional or partial.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string pathAndQuery,
        Action<HttpRequestHeaders>? headers = null)
    {
        using var request = new HttpRequestMessage(
            method, new Uri(pathAndQuery, UriKind.Relative));
        headers?.Invoke(request.Headers);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Path and query of an XRPC call.</summary>
    public static string UrlOf(string nsid, params (string Name, string Value)[] parameters)
    {
        var query = parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}");
        string mark = parameters.Length > 0 ? "?" : "";
        return $"/xrpc/{nsid}{mark}{string.Join('&', query)}";
    }

    /// <summary>A bare connection, for what a client would never send.</summary>
    public Task<RawConnection> ConnectAsync(int receiveBufferBytes = 0) =>
        RawConnection.OpenAsync(BaseAddress.Host, BaseAddress.Port, receiveBufferBytes);

    public ProcessReadings Readings() => ProcessReadings.Of(Id);

    /// <summary>SIGTERM; its exit code.</summary>
    public Task<int> StopAsync() => _child.StopAsync();

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _child.KillAsync();

    public void Signal(int signal) => _child.Signal(signal);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _child.DisposeAsync();
        _ownData?.Dispose();
    }

    private static ChildProcess StartChild(PdsLaunch launch, string[] arguments)
    {
        string binary = PublishedBinary.Location;
        if (launch.DescriptorsMax is not { } limit)
            return ChildProcess.Start(binary, arguments, launch.Environment);
        // The shell takes the limit and then becomes the server, so that the process id stays.
        string[] limited =
        [
            "-c", "ulimit -n \"$0\" && exec \"$@\"",
            limit.ToString(CultureInfo.InvariantCulture), binary, .. arguments,
        ];
        return ChildProcess.Start("/bin/sh", limited, launch.Environment);
    }
}
