using System.Buffers;
using System.Text;
using Atproto.Multiformats;
using Http.Connections;
using Http.Work;
using Microsoft.Data.Sqlite;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

namespace PdsReadonly.Events;

/// <summary>
/// Makes a head's #commit messages while they are sent. Each record has a number of the range, in
/// order of collection and key; a commit has that of its last record.
/// </summary>
/// <remarks>
/// Batches are the same whoever asks, and from wherever: records are taken two hundred at a time
/// from positions that are multiples of two hundred, and where those are too large for one commit
/// they are divided from the first on. What is kept between two messages is a place in the index.
/// </remarks>
internal sealed class Replay(RepoCatalog catalog, RepoPool repos)
{
    private long _range;

    // Where the records at hand begin, and a position between two batches.
    private RecordPosition _place;
    private long _boundary;

    /// <summary>
    /// Sends the batch that reaches beyond the cursor. Null when there is none, and the cursor is
    /// at the end of the range; Blocked when the turn is over before the batch is found, and the
    /// cursor is where to go on from.
    /// </summary>
    internal MessageStatus? Send(
        EventRow range, Turn turn, ref long cursor, IBufferWriter<byte> message)
    {
        bool isCurrent = catalog.TryFind(Encoding.ASCII.GetBytes(range.Did), out var entry)
            && entry.Status == HostingStatus.Active && IsHead(range, entry.Head);
        if (!isCurrent)
        {
            // Another head has its own events.
            cursor = range.Last;
            return null;
        }

        if (!repos.TryRent(entry, forLong: false, out var lease, out _))
        {
            // Many are being read at the moment: the client comes again, and goes on from here.
            if (repos.IsFull) return MessageStatus.Failed;
            // As below: whoever comes again would be stopped here for ever.
            cursor = range.Last;
            return null;
        }

        using (lease)
        {
            if (_range != range.Seq) Begin(range.Seq);
            try
            {
                if (TrySend(lease.Reader, range, entry, turn, ref cursor, message) is { } status)
                {
                    return status;
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException or SqliteException)
            {
                // As below.
            }
        }

        // The end, or a file that is not what it was: it is read again, and the #sync that follows
        // tells of all there is.
        cursor = range.Last;
        return null;
    }

    private void Begin(long range)
    {
        _range = range;
        _place = RecordPosition.Start;
        _boundary = 0;
    }

    private MessageStatus? TrySend(
        RepoReader reader, EventRow range, RepoEntry entry, Turn turn, ref long cursor,
        IBufferWriter<byte> message)
    {
        var page = new List<PlacedRecord>();
        while (cursor < range.Last)
        {
            long position = Math.Max(0, cursor - range.Seq + 1);
            long first = position - (position % ReplayBatch.OpsMax);
            if (_place.Index != first) _place = reader.Index.Seek(first);
            var next = reader.Index.ListAll(_place, ReplayBatch.OpsMax, page);
            if (_place.Index != first || next.Index <= position) return null;

            // Batches before the one that is wanted are only counted.
            long end = _boundary == position ? position : first;
            ReplayBatch? batch = null;
            while (end <= position)
            {
                batch = Fill(reader, page, first, turn, ref end);
                if (batch is null) return null;
            }

            cursor = range.Seq + end - 1;
            _boundary = end;
            if (end == next.Index) _place = next;
            if (batch!.Count > 0)
            {
                bool isWritten = batch.TryWrite(FrameOf(range, cursor, entry), message);
                return isWritten ? MessageStatus.Message : null;
            }

            if (turn.IsOver) return MessageStatus.Blocked;
        }

        return null;
    }

    // From a position to as far as one commit reaches. A record that is too large for any is left
    // out; a batch can be empty when nothing else is left of the page, or of the turn: the next one
    // begins there as it would have gone on.
    private static ReplayBatch? Fill(
        RepoReader reader, List<PlacedRecord> page, long first, Turn turn, ref long position)
    {
        var batch = new ReplayBatch(reader);
        if (!batch.TryBegin()) return null;
        for (; position < first + page.Count; position++)
        {
            if (batch.Count == 0 && turn.IsOver) return batch;
            switch (batch.Add(page[(int)(position - first)], turn))
            {
                case BatchStep.Unreadable: return null;
                case BatchStep.Full when batch.Count > 0: return batch;
            }
        }

        return batch;
    }

    private static CommitFrame FrameOf(EventRow range, long seq, RepoEntry entry) => new()
    {
        Stamp = new EventStamp(seq, DateTimeOffset.FromUnixTimeMilliseconds(range.Time)),
        Repo = range.Did,
        Commit = entry.Head,
        Rev = entry.Rev.ToString(),
    };

    private static bool IsHead(EventRow range, in Cid head) =>
        Cid.TryRead(range.Frame, out var told) && told == head;
}
