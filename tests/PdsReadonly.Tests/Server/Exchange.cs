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
        bool hasHost = headers.Any(header => header.StartsWith("Host:", StringComparison.Ordinal));
        string[] host = hasHost ? [] : ["Host: x.test"];
        string head = string.Join("\r\n", [$"{method} {target} HTTP/1.1", .. host, .. headers]);
        byte[] request = Encoding.UTF8.GetBytes(head + "\r\n\r\n" + content);

        var engine = new HttpEngine(
            handler, new HttpServerOptions { ErrorHeaders = AnswerWriter.CommonHeaders });
        using var connection = new HttpConnection(engine, null);
        return new Answer(Run(connection, request));
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
                case NextStep.ShutdownSend:
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
