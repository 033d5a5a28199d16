namespace Bench;

/// <summary>The published binary, serving; ended when disposed.</summary>
internal sealed class ServerProcess : LocalProcess
{
    private const string Listening = "listening on ";
    private const string Ready = "ready:";

    internal ServerProcess(
        string binary, string data, string cars, int? descriptorLimit = null, string options = "")
        : base(
            string.Join(
                ' ',
                descriptorLimit is { } limit ? $"ulimit -n {limit};" : "",
                "exec", binary, "serve --port 0 --bind 127.0.0.1 --data", data, "--car", cars,
                options),
            Listening, Ready)
    {
    }

    internal Uri WaitListening() =>
        new(WaitLine(Listening, TimeSpan.FromMinutes(1)).Line[Listening.Length..]);

    /// <summary>Seconds from start until every file was read.</summary>
    internal double WaitReady() => WaitLine(Ready, TimeSpan.FromMinutes(10)).Seconds;

    internal string ReadyLine() => LastLine(Ready);

    internal HttpClient Client() => new() { BaseAddress = WaitListening() };
}
