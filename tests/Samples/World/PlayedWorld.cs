namespace Samples.World;

/// <summary>
/// A world to look at from outside: a relay, which is the directory of identities too, and two
/// hosts, while a script is played. In the end the truth, a line for each account.
/// </summary>
internal static class PlayedWorld
{
    internal static async Task<int> RunAsync(
        EventScriptOptions options, long events, long perSecond, int port)
    {
        var network = new WorldNetwork();
        var relay = new WorldHost(network, HostTraits.Reference) { IsRelay = true };
        var reference = new WorldHost(network, HostTraits.Reference);
        var proving = new WorldHost(network, HostTraits.Proving);
        await using var relayServer = WorldServer.Start(relay, port);
        await using var referenceServer = WorldServer.Start(reference);
        await using var provingServer = WorldServer.Start(proving);
        using var script = new EventScript(network, [reference, proving], options);
        Console.Error.WriteLine(
            $"relay and directory: {relayServer.Url}\nhosts: {referenceServer.Url} and "
            + $"{provingServer.Url}\nEnter begins the events, and another Enter ends it all");
        Console.ReadLine();
        var pause = TimeSpan.FromSeconds(1.0 / Math.Max(perSecond, 1));
        while (script.Events < events)
        {
            script.Step();
            await Task.Delay(pause);
        }

        script.Settle();
        foreach (var (did, names) in script.Truth())
        {
            Console.WriteLine($"{did} {(names is null ? "hidden" : string.Join(' ', names))}");
        }

        Console.ReadLine();
        return 0;
    }
}
