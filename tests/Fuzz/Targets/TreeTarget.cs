using Atproto.Multiformats;
using Samples;

namespace Fuzz.Targets;

/// <summary>
/// CARs whose hashes are all right: a block is changed, and every link on the way from the root to
/// it made anew. Only the rules of the commit and the tree are left to refuse them.
/// </summary>
internal sealed class TreeTarget : RepoTarget
{
    // A block put in the place of one below it would be its own parent for ever.
    private const int ExchangesMax = 40;

    private readonly SampleCar[] _cars = [GoldenRepo.Car(), GoodBlocks.Repo(30)];

    internal override byte[] Make(SampleRandom random)
    {
        var car = _cars[random.Below(_cars.Length)];
        var blocks = car.Blocks.ToList();
        var all = blocks.Select(b => b.Bytes).ToList();
        int changed = random.Below(blocks.Count);
        byte[] bytes = random.Chance(20)
            ? all[random.Below(all.Count)]
            : Mutation.Of([all[changed], all[changed], all[random.Below(all.Count)]], random);
        var root = Replace(blocks, changed, bytes, car.Roots[0]);
        return new SampleCar([root], blocks).ToBytes();
    }

    // Parents hold the changed block's CID, so they change too, up to the root.
    private static Cid Replace(List<SampleBlock> blocks, int index, byte[] bytes, Cid root)
    {
        var pending = new Queue<(Cid Old, SampleBlock New)>();
        pending.Enqueue(Exchange(index, bytes));
        for (int n = 0; n < ExchangesMax && pending.TryDequeue(out var link); n++)
        {
            if (link.Old == root) root = link.New.Cid;
            if (link.Old == link.New.Cid) continue;
            byte[] old = new byte[Cid.Bytes];
            link.Old.CopyTo(old);
            for (int i = 0; i < blocks.Count; i++)
            {
                int at = blocks[i].Bytes.AsSpan().IndexOf(old);
                if (at < 0 || blocks[i].Cid == link.New.Cid) continue;
                byte[] parent = [.. blocks[i].Bytes];
                for (; at >= 0; at = parent.AsSpan().IndexOf(old))
                {
                    link.New.Cid.CopyTo(parent.AsSpan(at));
                }


                pending.Enqueue(Exchange(i, parent));
            }
        }

        return root;

        (Cid, SampleBlock) Exchange(int at, byte[] with)
        {
            var before = blocks[at];
            blocks[at] = SampleBlock.Of(with);
            return (before.Cid, blocks[at]);
        }
    }
}
