using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bench.Http;

/// <summary>
/// nginx with one worker and a folder of files, all of its own in the work folder. Nothing is tuned
/// but what benchmarks would trip over: the log is off, connections may live on.
/// </summary>
internal sealed class NginxPeer : LocalProcess
{
    private readonly int _worker;

    private NginxPeer(string command, int port)
        : base(command)
    {
        Url = new Uri($"http://127.0.0.1:{port}");
        WaitConnectable(port);
        string children = File.ReadAllText($"/proc/{base.Pid}/task/{base.Pid}/children");
        _worker = int.Parse(children.Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    internal Uri Url { get; }

    internal override int Pid => _worker;

    /// <summary>The distribution's; from the folder of peers where it is not installed.</summary>
    internal static string Binary(BenchOptions options)
    {
        string unpacked = Path.Combine(options.Peers, "nginx", "usr", "sbin", "nginx");
        return File.Exists(unpacked) ? Path.GetFullPath(unpacked) : "nginx";
    }

    internal static NginxPeer Start(BenchOptions options, string root)
    {
        string folder = Path.GetFullPath(Path.Combine(options.Work, "nginx"));
        Directory.CreateDirectory(folder);
        int port = FreePort();
        string configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(configuration, Configuration(folder, Path.GetFullPath(root), port));
        string command = $"{Binary(options)} -p {folder} -c {configuration} -e {folder}/error.log";
        return new NginxPeer($"exec {CpuPin.Server} {command}", port);
    }

    internal static string Version(BenchOptions options)
    {
        var start = new ProcessStartInfo(Binary(options), "-v") { RedirectStandardError = true };
        using var process =
            Process.Start(start) ?? throw new InvalidOperationException("cannot start nginx");
        return process.StandardError.ReadToEnd().Trim().Split(": ")[^1];
    }

    private static string Configuration(string folder, string root, int port) =>
        $$"""
        daemon off;
        {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
        worker_processes 1;
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/error.log warn;
        events { worker_connections 1024; }
        http {
            access_log off;
            sendfile on;
            tcp_nodelay on;
            keepalive_requests 1000000000;
            keepalive_timeout 600;
            default_type application/json;
            client_body_temp_path {{folder}}/body;
            proxy_temp_path {{folder}}/proxy;
            fastcgi_temp_path {{folder}}/fastcgi;
            uwsgi_temp_path {{folder}}/uwsgi;
            scgi_temp_path {{folder}}/scgi;
            server { listen 127.0.0.1:{{port}}; root {{root}}; }
        }

        """;

    // nginx cannot be asked for any port: one that was free a moment ago.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void WaitConnectable(int port)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var probe = new TcpClient("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (watch.Elapsed < TimeSpan.FromSeconds(10))
            {
                Thread.Sleep(50);
            }
        }
    }
}
