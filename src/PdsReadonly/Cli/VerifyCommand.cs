using Atproto.Multiformats;
using Atproto.Repo;

namespace PdsReadonly.Cli;

/// <summary>Says of each CAR whether all of it is right.</summary>
internal static class VerifyCommand
{
    internal const string Description = """
        Check CAR files completely: every hash, the commit, the whole tree, and the signature.

        Needs no data folder and writes nothing. Keys for the signature are taken from
        NAME.did.json (DID document) and NAME.plc.json (PLC audit log) beside NAME.car; without them
        the signature is "unchecked". One line per file on standard output:

          ok PATH: DID rev REV, records, blocks, bytes, MB/s, signature STATE
          refused PATH: CODE at OFFSET cid CID key KEY: what is wrong

        STATE is valid, historical (an earlier key of the DID), or unchecked; a signature under no
        known key is a refusal, SignatureKeyMismatch. Commits of version 2 or without prev are read,
        with a warning.

        With --json each line is an object: file, ok, fault {code, message, offset, cid, key} (null
        when ok), did, rev, commit, version, signature, handle, records, nodes, blocks, bytes,
        exportBytes, seconds, warnings. What is not known is null.

        Exit code: 0 all files are right, 1 one or more are refused, 2 wrong usage, 3 nothing is
        refused but a file is missing or cannot be read.
        """;

    internal static int Run(CarSettings settings, CommandContext context) =>
        CarFiles.ForEach(settings, context, (check, path, onProgress) =>
        {
            var found = check.Check(path, NoSink.Instance, onProgress);
            return (found, settings.Json ? VerifyReport.Json(found) : VerifyReport.Line(found));
        });

    /// <summary>The verifier counts by itself.</summary>
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
