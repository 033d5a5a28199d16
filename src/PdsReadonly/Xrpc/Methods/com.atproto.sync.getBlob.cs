using System.Buffers;
using System.Text;
using Atproto.Crypto;
using Atproto.Multiformats;
using Atproto.Syntax;
using Http.Connections;
using Http.Messages;
using Http.Work;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Index;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The bytes of a blob that a current record references, from the blob folder or from the CAR
/// itself. Its type is a stranger's word, so three headers keep a browser from running it.
/// </summary>
[XrpcQuery("com.atproto.sync.getBlob")]
internal static class SyncGetBlob
{
    internal readonly ref struct Params
    {
        public required Utf8<Did> Did { get; init; }

        public required Utf8<Cid> Cid { get; init; }
    }

    internal static XrpcResult Handle(
        in Params p,
        RepoCatalog catalog,
        RepoPool pool,
        BlobDirectory blobs,
        ServerOptions options,
        HttpRequest request,
        HttpResponse response)
    {
        if (RepoGate.Check(catalog, p.Did.Bytes, out var repo) is { } refusal) return refusal;
        if (!Cid.TryParse(p.Cid.Bytes, out var cid)) return NotFound();
        var policy = options.ImmutableBlobs ? CachePolicy.Immutable : CachePolicy.Content;
        if (blobs.TryOpenKnown(repo.Head, cid, out var known, out var row))
        {
            return SendFile(known, row, cid, request, response).Cached(cid, policy);
        }

        if (RepoGate.Open(pool, repo, request, out var lease) is { } failure) return failure;
        using (lease)
        {
            if (lease.Reader.Index.FindBlob(cid) is not { } blob) return NotFound();
            if (blob.Offset is null && !blobs.HasFolder) return NotFound();
            // Looking for a file, and hashing it, is nothing that others should wait for.
            if (!request.MayBlock) return XrpcResult.Postponed;
            var search = Search(blobs, lease.Reader, blob, cid, request.Turn, out var file);
            if (search == BlobSearch.TurnOver) return XrpcResult.Postponed;
            if (search is null) return XrpcError.Busy("there are no file descriptors left");
            if (search == BlobSearch.Found)
            {
                blobs.Know(repo.Head, cid, blob, file);
                return SendFile(file, blob, cid, request, response).Cached(cid, policy);
            }

            if (blob.Offset is { } offset)
            {
                // The file under the CAR's name is another by now; the reader may have the old one.
                var location = new BlockLocation(cid.DigestPrefix, offset, blob.Length);
                var status = lease.Reader.Read(location, out var bytes, out var read);
                if (status != ReadStatus.Done) return RepoGate.Unread(status, repo);
                if (!IsSameDigest(cid, read)) return NotFound();
                return SendBytes(bytes, blob, cid, request, response).Cached(cid, policy);
            }

            // Large folders are looked through beside the requests: it may be there after all.
            if (search == BlobSearch.Later) return XrpcError.Busy(null);
            if (search == BlobSearch.Missing) blobs.Faults.ReportMissing(repo.Did, cid);
            return NotFound();
        }
    }

    // Hashed once: the reader takes every block for DAG-CBOR, and a blob's CID says that it is raw.
    private static bool IsSameDigest(in Cid blob, in Cid read)
    {
        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        read.CopyDigestTo(digest);
        return blob.HasDigest(digest);
    }

    // Null when there are no descriptors left.
    private static BlobSearch? Search(
        BlobDirectory blobs, RepoReader reader, BlobRow blob, in Cid cid, Turn turn,
        out BlobFile file)
    {
        file = default;
        var repo = reader.Entry;
        try
        {
            // What the CAR holds needs no search.
            var inCar = blob.Offset is { } offset
                ? blobs.OpenInCar(repo.CarPath, offset, blob.Length, cid, turn, out file)
                : BlobSearch.Missing;
            return inCar is BlobSearch.Found or BlobSearch.TurnOver
                ? inCar
                : blobs.Open(repo.Did, cid, turn, out file);
        }
        catch (IOException e) when (DescriptorBudget.IsShortage(e))
        {
            return null;
        }
    }

    private static XrpcError NotFound() => new(400, "BlobNotFound", "Blob not found");

    private static XrpcResult SendFile(
        BlobFile file, BlobRow blob, Cid cid, HttpRequest request, HttpResponse response)
    {
        AddHeaders(blob, cid, response);
        var verdict = ReadRange(request, cid, file.Length, response, out var range);
        if (verdict != RangeVerdict.Unsatisfiable)
        {
            return XrpcResult.File(file.Handle, file.Offset + range.Offset, range.Length);
        }

        file.Handle.Dispose();
        return XrpcResult.Written;
    }

    private static XrpcResult SendBytes(
        ReadOnlySpan<byte> bytes, BlobRow blob, Cid cid, HttpRequest request, HttpResponse response)
    {
        AddHeaders(blob, cid, response);
        var verdict = ReadRange(request, cid, bytes.Length, response, out var range);
        if (verdict != RangeVerdict.Unsatisfiable)
        {
            response.Body.Write(bytes.Slice((int)range.Offset, (int)range.Length));
        }

        return XrpcResult.Written;
    }

    private static void AddHeaders(BlobRow blob, Cid cid, HttpResponse response)
    {
        response.AddHeader("Content-Type"u8, MimeType.ForHeader(blob.MimeType));
        var start = "attachment; filename=\""u8;
        Span<byte> disposition = stackalloc byte[start.Length + Cid.TextBytes + 1];
        start.CopyTo(disposition);
        cid.FormatTo(disposition[start.Length..^1]);
        disposition[^1] = (byte)'"';
        response.AddHeader("Content-Disposition"u8, disposition);
        response.AddHeader("Content-Security-Policy"u8, "default-src 'none'; sandbox"u8);
        response.AddHeader("X-Content-Type-Options"u8, "nosniff"u8);
        response.AddHeader("Accept-Ranges"u8, "bytes"u8);
    }

    // If-Range with another tag than the blob's can only mean another blob: then all of this one.
    private static RangeVerdict ReadRange(
        HttpRequest request, Cid cid, long length, HttpResponse response, out ByteRange range)
    {
        range = new ByteRange(0, length);
        // Ranges are defined for GET alone, and of two headers neither is to be believed.
        int line = request.FindHeader("range"u8);
        bool asked = line >= 0 && request.FindHeader("range"u8, line + 1) < 0;
        if (!asked || request.Method is not HttpMethod.Get) return RangeVerdict.Whole;
        bool conditional = request.TryGetHeader("if-range"u8, out var tag);
        if (conditional && !tag.SequenceEqual(Encoding.ASCII.GetBytes($"\"{cid}\"")))
        {
            return RangeVerdict.Whole;
        }

        var verdict = ByteRange.Read(request.HeaderValue(line), length, out range);
        if (verdict == RangeVerdict.Whole) return verdict;
        response.Status = verdict == RangeVerdict.Part ? 206 : 416;
        string value = verdict == RangeVerdict.Part
            ? $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{length}"
            : $"bytes */{length}";
        response.AddHeader("Content-Range"u8, Encoding.ASCII.GetBytes(value));
        return verdict;
    }
}
