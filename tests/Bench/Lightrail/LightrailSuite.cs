using static Bench.Report;

namespace Bench.Lightrail;

/// <summary>
/// The index of remote repos: filled, alone and served, and as the published binary fills it while
/// it follows a relay.
/// </summary>
internal static class LightrailSuite
{
    internal static int Run(BenchOptions options)
    {
        if (Environment.ProcessorCount < 2)
        {
            Console.Error.WriteLine("lightrail: needs two processors, one for the client");
            return 3;
        }

        int repos = options.Quick ? 10_000 : 100_000;
        Describe(options);
        if (options.Wants("following")) FollowingPart.RunAsync(options, repos).Wait();
        if (options.Wants("pages") || options.Wants("server")) FilledPart.Run(options, repos);
        return 0;
    }
}
