using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PdsReadonly.Upstream;

/// <param name="Error">None also where the name is there and has no text.</param>
/// <param name="Texts">One per record.</param>
internal readonly record struct DnsTexts(DnsError Error, IReadOnlyList<string> Texts);

/// <summary>
/// Asks name servers for the texts of a name, which the platform cannot: by UDP from a port of its
/// own each time, with an id that cannot be guessed, and by TCP where the answer is too long.
/// </summary>
/// <remarks>
/// Believes the servers and nobody else: what does not answer this very question is passed over
/// until the time is up. For any thread.
/// </remarks>
internal sealed class DnsTxt(IReadOnlyList<IPEndPoint> servers, TimeProvider time)
{
    private const int DatagramBytesMax = 4096;
    private const int RoundsMax = 2;

    internal TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The texts of a name that ends at the root, whatever the search list.</summary>
    internal async Task<DnsTexts> FindAsync(string name, CancellationToken cancellation)
    {
        var last = new DnsTexts(DnsError.Unanswered, []);
        for (int round = 0; round < RoundsMax; round++)
        {
            foreach (var server in servers)
            {
                ushort id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
                if (DnsMessage.WriteQuery(id, name) is not { } query)
                {
                    return new DnsTexts(DnsError.NameTooLong, []);
                }

                last = await AskAsync(server, query, cancellation);
                if (last.Error is DnsError.None or DnsError.NoSuchName) return last;
            }
        }

        return last;
    }

    private async Task<DnsTexts> AskAsync(
        IPEndPoint server, byte[] query, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            timeout.Token, cancellation);
        try
        {
            var texts = await AskByDatagramAsync(server, query, either.Token);
            return texts.Error == DnsError.Truncated
                ? await AskByStreamAsync(server, query, either.Token)
                : texts;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new DnsTexts(DnsError.Unanswered, []);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return new DnsTexts(DnsError.Unanswered, []);
        }
    }

    private static async Task<DnsTexts> AskByDatagramAsync(
        IPEndPoint server, byte[] query, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // Connected, it hears that server alone.
        await socket.ConnectAsync(server, cancellation);
        await socket.SendAsync(query, SocketFlags.None, cancellation);
        byte[] answer = new byte[DatagramBytesMax];
        while (true)
        {
            int length = await socket.ReceiveAsync(answer, SocketFlags.None, cancellation);
            var texts = Read(answer.AsSpan(0, length), query);
            bool isForeign = texts.Error is DnsError.WrongId or DnsError.WrongQuestion
                or DnsError.NotAnAnswer or DnsError.Malformed;
            if (!isForeign) return texts;
        }
    }

    private static async Task<DnsTexts> AskByStreamAsync(
        IPEndPoint server, byte[] query, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellation);
        await using var stream = new NetworkStream(socket);
        byte[] framed = new byte[2 + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancellation);
        byte[] prefix = new byte[2];
        await stream.ReadExactlyAsync(prefix, cancellation);
        byte[] answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        await stream.ReadExactlyAsync(answer, cancellation);
        return Read(answer, query);
    }

    private static DnsTexts Read(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> query)
    {
        var texts = new List<string>();
        var error = DnsMessage.Read(answer, query, texts);
        return new DnsTexts(error, error == DnsError.None ? texts : []);
    }
}
