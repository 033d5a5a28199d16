using System.Globalization;

namespace Shared;

/// <summary>
/// How large the world of these tests is, by environment: small every day, whole for a release
/// (<c>./build.sh world</c>).
/// <list type="table">
/// <item><term>PDS_WORLD_SEED</term><description>of everything, 1</description></item>
/// <item><term>PDS_WORLD_REPOS</term><description>random repos, 40; whole: 10000
/// </description></item>
/// <item><term>PDS_WORLD_RECORDS</term><description>of the largest repo of the table of costs,
/// 10000; whole: 1000000</description></item>
/// <item><term>PDS_WORLD_WALKS</term><description>for each pace of writes, 3; whole: 200
/// </description></item>
/// <item><term>PDS_WORLD_EVENTS</term><description>of the script, 2000; whole: 20000
/// </description></item>
/// <item><term>PDS_WORLD_ACCOUNTS</term><description>of the script, 200; whole: 2000
/// </description></item>
/// <item><term>PDS_WORLD_KILLS</term><description>of the server that follows, 8; whole: 100
/// </description></item>
/// <item><term>PDS_WORLD_KINDS</term><description>all: liars of every kind of host
/// </description></item>
/// </list>
/// </summary>
internal static class WorldSizes
{
    internal static ulong Seed => (ulong)Read("SEED", 1);

    internal static int Repos => Read("REPOS", 40);

    internal static int Records => Read("RECORDS", 10_000);

    internal static int Walks => Read("WALKS", 3);

    internal static int Events => Read("EVENTS", 2_000);

    internal static int Accounts => Read("ACCOUNTS", 200);

    internal static int Kills => Read("KILLS", 8);

    internal static bool HasAllKinds =>
        Environment.GetEnvironmentVariable("PDS_WORLD_KINDS") == "all";

    private static int Read(string name, int small)
    {
        string? text = Environment.GetEnvironmentVariable("PDS_WORLD_" + name);
        return string.IsNullOrEmpty(text) ? small : int.Parse(text, CultureInfo.InvariantCulture);
    }
}
