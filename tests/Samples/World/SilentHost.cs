using System.Net;
using System.Net.Sockets;

namespace Samples.World;

/// <summary>
/// A host on a socket of this machine that takes every connection and answers none: or, if it is
/// given something to say, says it over and over, a byte at a time.
/// </summary>
public sealed class SilentHost : IAsyncDisposable
{
    private static readonly TimeSpan s_drip = TimeSpan.FromMilliseconds(500);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _drips;
    private readonly Task _serving;
    private int _connections;

    /// <param name="drips">What is sent, drop by drop; empty for silence.</param>
    public SilentHost(byte[]? drips = null)
    {
        _drips = drips ?? [];
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Url => new($"http://127.0.0.1:{Port}");

    /// <summary>Connections that came.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var clients = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                clients.Add(HoldAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(clients);
        }
    }

    private async Task HoldAsync(TcpClient client)
    {
        using var held = client;
        try
        {
            for (int i = 0; _drips.Length > 0; i++)
            {
                await client.GetStream().WriteAsync(
                    _drips.AsMemory(i % _drips.Length, 1), _stop.Token);
                await Task.Delay(s_drip, _stop.Token);
            }

            // Until the client goes.
            byte[] input = new byte[4096];
            while (await client.GetStream().ReadAsync(input, _stop.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
        }
    }
}
