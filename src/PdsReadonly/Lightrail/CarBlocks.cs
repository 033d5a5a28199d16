using System.Diagnostics.CodeAnalysis;
using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Repo;

namespace PdsReadonly.Lightrail;

/// <summary>Finds a commit in an answer of getBlocks, whose roots may be none.</summary>
internal static class CarBlocks
{
    internal static bool TryReadCommit(
        ReadOnlySpan<byte> car, in Cid cid, [NotNullWhen(true)] out Commit? commit)
    {
        commit = null;
        var status = CarHeader.Read(car, out _, out int at, out var error);
        bool isRootless = error is CarError.RootAbsent or CarError.RootUnsupported;
        if (status != CarStatus.Done && !isRootless) return false;
        while (CarSection.Read(car[at..], out var section, out _, out _) == CarStatus.Done)
        {
            var block = car.Slice(at + section.DataStart, section.DataLength);
            at += section.Length;
            if (section.Cid != cid) continue;
            return Cid.Of(CidCodec.DagCbor, block) == cid
                && Commit.Read(cid, block, out commit) == CommitError.None && commit is not null;
        }

        return false;
    }
}
