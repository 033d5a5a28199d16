namespace Bench;

/// <summary>The published binary, serving; ended when disposed.</summary>
internal sealed class ServerProcess : LocalProcess
{
    private const string Listening = "listening on ";
    private const string Ready = "ready:";

    /// <param name="binary">What to run, or a command that runs it.</param>
    /// <param name="data">A folder.</param>
    /// <param name="cars">A folder, or several values of the option.</param>
    /// <param name="descriptorLimit">The system's own unless given.</param>
    /// <param name="options">More of them.</param>
    /// <param name="cgroupProcesses">
    /// The file in which a control group takes processes; none unless given.
    /// </param>
    internal ServerProcess(
        string binary, string data, string cars, int? descriptorLimit = null, string options = "",
        string? cgroupProcesses = null)
        : base(
            string.Join(
                ' ',
                cgroupProcesses is null ? "" : $"echo $$ > {cgroupProcesses};",
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
