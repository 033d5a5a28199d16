using PdsReadonly.Catalog;
using PdsReadonly.Events;
using Samples;
using Samples.World;
using Shared;

namespace PdsReadonly.Tests.World;

/// <summary>What the script tells is what it does.</summary>
public sealed class EventScriptTests
{
    [Test]
    public void Run_SameSeed_GivesTheSameWorld()
    {
        var (first, _) = Play(new EventScriptOptions { Repos = 30, GapPercent = 5 }, 300);
        var (second, _) = Play(new EventScriptOptions { Repos = 30, GapPercent = 5 }, 300);
        Assert.Equal(first.Truth().Keys, second.Truth().Keys);
        foreach (var (did, names) in first.Truth()) Assert.Equal(names, second.Truth()[did]);
        Assert.Equal(first.Happened, second.Happened);
    }

    [Test]
    public void Run_AllEvents_AreReadAndOfEveryKind()
    {
        var options = new EventScriptOptions
        {
            Seed = WorldSizes.Seed,
            Repos = WorldSizes.Accounts,
            DuplicatePercent = 3,
            GapPercent = 3,
        };
        var (script, events) = Play(options, WorldSizes.Events);
        var kinds = new HashSet<string>();
        foreach (var each in events)
        {
            // The message #weather is unknown to its reader only by what it means.
            var message = EventMessage.Read(each.Frame);
            Assert.Equal(each.Seq, message.Seq);
            kinds.Add(message.Type);
        }

        Assert.Equal(["#account", "#commit", "#identity", "#sync", "#weather"], kinds.Order());
        Assert.True(script.Happened.Count > 15);
        Assert.Contains(events, each => each.Copies == 0);
        Assert.Contains(events, each => each.Copies == 2);
        Assert.Contains(script.Truth().Values, names => names is null);
    }

    [Test]
    public void Run_FollowedByItsWordsAlone_ComesToItsTruth()
    {
        var options = new EventScriptOptions { Seed = WorldSizes.Seed, Repos = 100 };
        var network = new WorldNetwork();
        using var script = new EventScript(
            network, [new WorldHost(network, HostTraits.Reference)], options);
        var follower = new PlainFollower(network);
        foreach (var account in script.Accounts) follower.Look(account.Did);
        script.Happened.Clear();
        for (int i = 0; i < 1000; i++)
        {
            long before = network.Feed.Last;
            script.Step();
            foreach (var each in network.Feed.Beyond(before, 100)) follower.Hear(each.Frame);
        }

        foreach (var (did, names) in script.Truth()) Assert.Equal(names, follower.Says(did));
    }

    [Test]
    public void Frames_OfEveryKind_AreThoseOfTheServer()
    {
        var time = new DateTimeOffset(2026, 1, 1, 0, 0, 7, TimeSpan.Zero);
        var stamp = new EventStamp(7, time);
        string did = SampleIdentity.Plc("frames");
        var commit = SampleBlock.Of([0xa0]);
        Assert.Equal(
            EventFrames.Identity(stamp, did, "a.example"),
            EventFrame.Identity(7, did, "a.example"));
        Assert.Equal(
            EventFrames.Account(stamp, did, HostingStatus.Takendown),
            EventFrame.Account(7, did, AccountState.Takendown));
        Assert.Equal(
            EventFrames.Sync(stamp, did, "3jzfcijpj2z2a", commit.Cid, commit.Bytes),
            EventFrame.Sync(7, did, "3jzfcijpj2z2a", commit));
        Assert.Equal(
            EventFrames.Error("FutureCursor", "Cursor in the future."),
            EventFrame.Error("FutureCursor", "Cursor in the future."));
    }

    private static (EventScript Script, IReadOnlyList<LoggedEvent> Events) Play(
        EventScriptOptions options, int count)
    {
        var network = new WorldNetwork();
        var hosts = new[]
        {
            new WorldHost(network, HostTraits.Reference),
            new WorldHost(network, HostTraits.Proving),
        };
        using var script = new EventScript(network, hosts, options);
        script.Run(count);
        script.Settle();
        return (script, network.Feed.Beyond(0, int.MaxValue));
    }

    // Believes every operation, and looks at the repo itself where there are none.
    private sealed class PlainFollower(WorldNetwork network)
    {
        private readonly Dictionary<string, HashSet<string>> _paths = [];
        private readonly Dictionary<string, string> _revs = [];
        private readonly Dictionary<string, bool> _isActive = [];

        internal void Look(string did)
        {
            _paths[did] = [.. network.Accounts[did].Repo.Paths];
            _revs[did] = network.Accounts[did].Repo.Rev;
        }

        internal IEnumerable<string>? Says(string did)
        {
            if (!_isActive.GetValueOrDefault(did, true)) return null;
            var sorted = _paths[did].Order(StringComparer.Ordinal);
            return sorted.Select(HostedRepo.CollectionOf).Distinct();
        }

        internal void Hear(byte[] frame)
        {
            var message = EventMessage.Read(frame);
            if (message.Type == "#account")
            {
                _isActive[message.Did] = message.Body.GetProperty("active").GetBoolean();
            }

            if (message.Type is not ("#commit" or "#sync")) return;
            string rev = message.Text("rev");
            bool isOld = string.CompareOrdinal(rev, _revs.GetValueOrDefault(message.Did)) <= 0;
            if (isOld) return;
            if (message.Type == "#sync")
            {
                Look(message.Did);
                return;
            }

            _revs[message.Did] = rev;
            if (!_paths.TryGetValue(message.Did, out var paths)) _paths[message.Did] = paths = [];
            foreach (var op in message.Body.GetProperty("ops").EnumerateArray())
            {
                string path = op.GetProperty("path").GetString()!;
                bool isDeleted = op.GetProperty("action").GetString() == "delete";
                if (isDeleted) Assert.True(paths.Remove(path));
                else paths.Add(path);
            }
        }
    }
}
