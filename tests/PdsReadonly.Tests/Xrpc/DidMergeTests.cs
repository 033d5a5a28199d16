using System.Text;
using Http.Work;
using PdsReadonly.Xrpc;
using Samples;

namespace PdsReadonly.Tests.Xrpc;

public sealed class DidMergeTests
{
    [Test]
    public void Read_OfAnyLists_GivesEachDidOnceInOrder()
    {
        ulong seed = (ulong)TimeProvider.System.GetUtcNow().Ticks;
        var random = new SampleRandom(seed);
        for (int run = 0; run < 300; run++)
        {
            var merge = new DidMerge();
            var all = new SortedSet<string>(StringComparer.Ordinal);
            for (int i = random.Below(6); i > 0; i--)
            {
                var dids = Enumerable.Range(0, random.Below(20) * random.Below(20))
                    .Select(_ => "did:web:" + (char)('A' + random.Below(58)) + random.Below(30))
                    .Distinct().Order(StringComparer.Ordinal).ToList();
                all.UnionWith(dids);
                merge.Add(new DidList(
                    "",
                    (after, limit) =>
                    [
                        .. dids.Where(did => string.CompareOrdinal(did, after) > 0).Take(limit),
                    ],
                    Turn.Unbounded()));
            }

            var found = new List<string>();
            while (merge.Read(out var did)) found.Add(Encoding.ASCII.GetString(did));
            Assert.True(all.SequenceEqual(found), $"seed {seed}");
        }
    }
}
