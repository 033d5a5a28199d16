using System.Text;
using Http;
using Http.Connections;
using PdsReadonly.Server;

namespace PdsReadonly.Tests.Server;

/// <summary>Sends one request through the engine's connection, which needs no socket.</summary>
internal static class Exchange
{
    internal static Answer Send(
        IRequestHandler handler,
        string method,
        string target,
        string[] headers,
        string content = "")
    {
        using var connection = Open(handler);
        return new Answer(Run(connection, Encode(method, target, headers, content)));
    }

    /// <summary>
    /// What the connection asks for once it has a GET and may not wait: to be called again where it
    /// may, or that an answer is written.
    /// </summary>
    internal static NextStep Begin(IRequestHandler handler, string target)
    {
        using var connection = Open(handler);
        byte[] request = Encode("GET", target, [], "");
        Assert.Equal(NextStep.Read, connection.Advance(mayBlock: false));
        request.CopyTo(connection.GetReceiveBuffer());
        connection.Received(request.Length);
        return connection.Advance(mayBlock: false);
    }

    private static HttpConnection Open(IRequestHandler handler) => new(
        new HttpEngine(
            handler, new HttpServerOptions { ErrorHeaders = AnswerWriter.CommonHeaders }),
        null);

    private static byte[] Encode(string method, string target, string[] headers, string content)
    {
        bool hasHost = headers.Any(header => header.StartsWith("Host:", StringComparison.Ordinal));
        string[] host = hasHost ? [] : ["Host: x.test"];
        string head = string.Join("\r\n", [$"{method} {target} HTTP/1.1", .. host, .. headers]);
        return Encoding.UTF8.GetBytes(head + "\r\n\r\n" + content);
    }

    /// <summary>Does what the connection asks for until it has no more to say.</summary>
    private static byte[] Run(HttpConnection connection, byte[] request)
    {
        var answer = new MemoryStream();
        int sent = 0;
        while (true)
        {
            switch (connection.Advance())
            {
                case NextStep.Read:
                    if (sent == request.Length && answer.Length > 0) return answer.ToArray();
                    var room = connection.GetReceiveBuffer();
                    int count = Math.Min(room.Length, request.Length - sent);
                    request.AsMemory(sent, count).CopyTo(room);
                    connection.Received(count);
                    sent += count;
                    break;
                case NextStep.Write:
                    TakeOutput(connection, answer);
                    break;
                case NextStep.SendFile:
                    TakeOutput(connection, answer);
                    byte[] piece = new byte[connection.FileBytesLeft];
                    int read = RandomAccess.Read(connection.File!, piece, connection.FileOffset);
                    answer.Write(piece, 0, read);
                    connection.FileSent(read);
                    break;
                case NextStep.Offload or NextStep.ShutdownSend:
                    break;
                default:
                    return answer.ToArray();
            }
        }
    }

    private static void TakeOutput(HttpConnection connection, MemoryStream answer)
    {
        var output = connection.Output;
        answer.Write(output.Span);
        connection.Written(output.Length);
    }
}
