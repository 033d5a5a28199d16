using System.Net;
using Microsoft.Extensions.Primitives;

namespace Bench.Kestrel;

/// <summary>
/// The peer of getRecord: a Kestrel that answers every request with the same bytes from memory,
/// under the headers the program under test sends. Slim builder, no logging, no routing.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments.Length != 2)
        {
            await Console.Error.WriteLineAsync("bench-kestrel BODY HEADERS");
            return 2;
        }

        byte[] body = await File.ReadAllBytesAsync(arguments[0]);
        var headers = (await File.ReadAllLinesAsync(arguments[1]))
            .Select(line => line.Split(": ", 2))
            .Select(pair => KeyValuePair.Create(pair[0], new StringValues(pair[1])))
            .ToArray();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        app.Run(context =>
        {
            var response = context.Response;
            foreach (var (name, value) in headers) response.Headers[name] = value;
            response.ContentLength = body.Length;
            return response.Body.WriteAsync(body, 0, body.Length);
        });
        await app.StartAsync();
        await Console.Error.WriteLineAsync($"listening on {app.Urls.Single()}");
        await app.WaitForShutdownAsync();
        return 0;
    }
}
