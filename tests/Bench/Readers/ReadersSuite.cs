using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Atproto.Car;
using Atproto.Cbor;
using Atproto.Firehose;
using Atproto.Identity;
using Atproto.Multiformats;
using Atproto.Repo;
using Atproto.Syntax;
using Samples;

namespace Bench.Readers;

/// <summary>
/// What the readers of outside bytes cost at their limits, and how that grows when the input
/// doubles: twice is right, four times is a fault.
/// </summary>
internal static class ReadersSuite
{
    private const int BlockBytes = CarLimits.BlockBytesMax;
    private const int CarBytes = 64 << 20;

    internal static int Run(BenchOptions options)
    {
        int share = options.Quick ? 8 : 1;
        Console.WriteLine("| reader | worst input | at | ms | growth |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var reader in Readers())
        {
            if (!options.Wants(reader.Name)) continue;
            int limit = reader.Limit / share;
            double whole = Measure(reader, limit, options.Runs);
            double half = Measure(reader, limit / 2, options.Runs);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {reader.Name} | {reader.Input} | {limit:N0} {reader.Unit} | {whole:N1} "
                + $"| × {whole / half:N1} |"));
        }

        return 0;
    }

    private static IEnumerable<Reader> Readers()
    {
        yield return new("cbor", "maps 126 deep, keys out of order", BlockBytes, size =>
        {
            byte[] block = WorstInput.NestedMapsOutOfOrder(size);
            return () => Expect(CborCheck.Block(block, CborRules.Lenient) == CborError.None);
        });
        yield return new("cbor", "one map, long keys out of order", BlockBytes, size =>
        {
            byte[] block = WorstInput.KeysOutOfOrder(size);
            return () => Expect(CborCheck.Block(block, CborRules.Lenient) == CborError.None);
        });
        yield return new("json", "text of control characters", BlockBytes, size =>
            Json(WorstInput.TextOf(1, size - 64)));
        yield return new("json", "text that is not UTF-8", BlockBytes, size =>
            Json(WorstInput.TextOf(0xff, size - 64)));
        yield return new("blobs", "maps that are nearly references", BlockBytes, size =>
        {
            byte[] record = WorstInput.NearlyBlobs(size - 64);
            return () => BlobReferences.Find(record, NoSink.Instance);
        });
        yield return new("header", "roots", CarLimits.HeaderBytesMax - 64, size =>
        {
            byte[] header = WorstInput.Roots(size);
            return () => Expect(
                CarHeader.Read(header, out _, out _, out _) == CarStatus.Done);
        });
        yield return new("car", "the smallest blocks", CarBytes, size =>
            Verify(WorstInput.TinyBlocks(size)));
        yield return new("tree", "keys of 522 bytes that share 513", 200_000, size =>
            Verify(WorstInput.LongKeys(size)), "records");
        yield return new(
            "table", "one block of a crowd, over and over", 1 << 20, Lookups, "blocks");
        yield return new("proof", "blocks that begin like nodes", CarBytes, size =>
        {
            byte[] car = WorstInput.JunkNodes(size);
            return () => CollectionProof.Verify(car, null, null, null, out _);
        });
        yield return new("event", "a body of maps in maps", StreamLimits.FrameBytesMax, size =>
        {
            byte[] header = SampleRecord.Encode(("t", "#commit"), ("op", 1));
            byte[] frame = [.. header, .. WorstInput.NestedMapsOutOfOrder(size - 2048)];
            return () => StreamFrame.TryRead(frame, out _, out _);
        });
        yield return new("commit", "blocks under chosen CIDs", StreamLimits.CommitBlocksBytesMax,
            size =>
            {
                byte[] frame = WorstInput.CommitWithStrangers(size - 4096);
                Expect(StreamFrame.TryRead(frame, out var message, out _));
                var commit = (StreamCommit)message!;
                return () => Expect(
                    CommitVerifier.Verify(commit, null, out _) == CommitFault.None);
            });
        yield return new("document", "keys of another type", DidDocument.BytesMax, size =>
        {
            string text = SampleIdentity.Plc("document");
            Expect(Did.TryParse(text, out var did));
            byte[] json = WorstInput.Document(text, size);
            return () => Expect(
                DidDocument.TryParse(json, did, out _) == DidDocumentError.None);
        });
        yield return new("plc", "signed by the last of 20 keys", 2400, size =>
        {
            byte[] json = WorstLog.Of(size, out string text);
            Expect(Did.TryParse(text, out var did) && json.Length <= PlcAuditLog.BytesMax);
            return () => Expect(
                PlcAuditLog.TryVerify(json, did, out _, out _) == PlcLogError.None);
        }, "entries");
    }

    private static Action Json(byte[] record)
    {
        var output = new ArrayBufferWriter<byte>(8 * record.Length);
        return () =>
        {
            output.ResetWrittenCount();
            Expect(CborJson.TryWrite(record, output) == CborError.None);
        };
    }

    private static Action Verify(byte[] car)
    {
        var source = new MemoryCar(car);
        return () =>
        {
            using var spill = new PdsReadonly.Index.SpillFile(Path.GetTempPath());
            using var verifier = new RepoVerifier(spill, 32 << 20);
            // Tiny blocks have no commit among them, which shows when all were read.
            if (verifier.ReadBlocks(source) is null) Expect(verifier.Walk(NoSink.Instance) is null);
        };
    }

    // Each block is named once in such a file's tree; here the same one each time.
    private static Action Lookups(int count)
    {
        var cids = WorstInput.CrowdedCids(count);
        return () =>
        {
            using var table = new BlockTable();
            foreach (var cid in cids) table.Add(cid, default);
            Expect(table.Seal((_, _) => true));
            foreach (int at in (int[])[0, count / 2, count - 1])
            {
                for (int i = 0; i < count / 3; i++) Expect(table.TryFind(cids[at], out _));
            }
        };
    }

    private static double Measure(Reader reader, int size, int runs)
    {
        var read = reader.Prepare(size);
        read();
        return Figures.Repeat(runs, () =>
        {
            long start = Stopwatch.GetTimestamp();
            read();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }).Least;
    }

    private static void Expect(bool isRight)
    {
        if (!isRight) throw new InvalidOperationException("an input is not read as it should be");
    }

    private sealed record Reader(
        string Name, string Input, int Limit, Func<int, Action> Prepare, string Unit = "bytes");

    private sealed class MemoryCar(byte[] bytes) : ICarSource
    {
        public long Length => bytes.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            int count = (int)Math.Min(buffer.Length, bytes.Length - offset);
            bytes.AsSpan((int)offset, count).CopyTo(buffer);
            return count;
        }
    }

    private sealed class NoSink : IRepoSink
    {
        internal static readonly NoSink Instance = new();

        public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place)
        {
        }

        public void OnRecord(
            ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm)
        {
        }

        public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType)
        {
        }
    }
}
