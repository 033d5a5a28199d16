using Atproto.Crypto;
using Atproto.Syntax;

namespace PdsReadonly.Index;

// What accounts' documents say, as far as following their repos takes it.
internal sealed partial class LightrailDatabase
{
    /// <summary>
    /// Keeps where the repo is asked and what its commits are signed with from now on. One that
    /// was at another host before is to be proven anew.
    /// </summary>
    /// <returns>
    /// False when the repo is forgotten, since too many of that host wait for their first proof.
    /// </returns>
    internal bool SetIdentity(Did did, long hostId, PublicKey key)
    {
        bool isKept = true;
        InTransaction(() =>
        {
            if (FindRepo(did) is not { } before) return;
            bool isNew = before.HostId != hostId && before.Origin <= CollectionOrigin.Claimed;
            if (isNew && !HasRoomAt(hostId))
            {
                Forget(did);
                isKept = false;
                return;
            }

            bool hasMoved = before.HostId != 0 && before.HostId != hostId;
            Write(before, before with
            {
                HostId = hostId,
                State = before.State with { NeedsResync = before.State.NeedsResync || hasMoved },
            });
            Span<byte> point = stackalloc byte[1 + PublicKey.UncompressedBytes];
            point[0] = (byte)key.Curve;
            key.CopyUncompressedTo(point[1..]);
            Statement("UPDATE repo SET key = ?2 WHERE id = ?1")
                .Bind(1, before.FirstSeen).BindBlob(2, point).Run();
            Statement("UPDATE resync SET host = ?2 WHERE repo = ?1")
                .Bind(1, before.FirstSeen).Bind(2, hostId).Run();
        });
        return isKept;
    }

    /// <summary>What the repo's commits are signed with; null when that is not known.</summary>
    internal PublicKey? FindKey(Did did)
    {
        lock (Gate)
        {
            var statement = Statement("SELECT key FROM repo WHERE did = ?1")
                .BindString(1, did.ToString());
            PublicKey? key = null;
            if (statement.Step() && statement.Bytes(0) is { IsEmpty: false } point)
            {
                _ = PublicKey.TryRead((KeyCurve)point[0], point[1..], out key);
            }

            statement.Reset();
            return key;
        }
    }
}
