using Atproto.Car;
using Atproto.Repo;
using PdsReadonly.Archive;
using PdsReadonly.Index;

namespace PdsReadonly.Cli;

/// <summary>
/// Checks file after file as loading does, without a data folder: what is unpacked or does not fit
/// memory goes to the temporary folder and is gone when it is closed.
/// </summary>
internal sealed class CarCheck : IDisposable
{
    // Tree nodes kept in memory; the rest goes to a file.
    private const long SpillMemoryBytes = 32L << 20;

    private readonly TimeProvider _time;
    private readonly SpillFile _spill = new(Path.GetTempPath());
    private readonly RepoVerifier _verifier;

    internal CarCheck(TimeProvider time)
    {
        _time = time;
        _verifier = new RepoVerifier(_spill, SpillMemoryBytes);
    }

    /// <summary>The blocks of the file checked last.</summary>
    internal BlockTable Blocks => _verifier.Blocks;

    /// <summary>
    /// Checks a file and tells the sink what is in it; never throws for what the file holds or the
    /// disk does. <paramref name="onProgress"/> hears bytes read and bytes in all.
    /// </summary>
    internal CheckedCar Check(string path, IRepoSink sink, Action<long, long>? onProgress = null)
    {
        long started = _time.GetTimestamp();
        try
        {
            using var car = Open(path);
            var fault = _verifier.ReadBlocks(car, read => onProgress?.Invoke(read, car.Length));
            var commit = fault is null ? _verifier.Commit : null;
            var raw = new RawBlockCount(sink, _verifier.Blocks);
            fault ??= _verifier.Walk(raw);
            if (fault is null) raw.Complete();
            var found = new CheckedCar
            {
                Path = path,
                Bytes = car.Length,
                Fault = fault,
                Commit = commit,
                Counts = _verifier.Counts,
                Raw = raw.Figures,
            };
            if (fault is null) found = WithIdentity(found, commit!);
            return found with { Elapsed = _time.GetElapsedTime(started) };
        }
        catch (InvalidDataException e)
        {
            return Refused(path, "GzipMalformed", PackedFile.Describe(path, e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refused(path, nameof(CarError.ReadFailed), e.Message);
        }
    }

    public void Dispose()
    {
        _verifier.Dispose();
        _spill.Dispose();
    }

    private static CarFile Open(string path)
    {
        if (path == CarFiles.StandardInput) return OpenStandardInput();
        if (!path.EndsWith(ArchiveFiles.PackedSuffix, StringComparison.OrdinalIgnoreCase))
        {
            return CarFile.Open(path);
        }

        string unpacked = TemporaryPath();
        CarUnpacker.Unpack(path, unpacked);
        try
        {
            return CarFile.OpenTemporary(unpacked);
        }
        catch
        {
            File.Delete(unpacked);
            throw;
        }
    }

    // A CAR is read twice, so it has to lie somewhere.
    private static CarFile OpenStandardInput()
    {
        string copy = TemporaryPath();
        try
        {
            using (var input = Console.OpenStandardInput())
            using (var file = new FileStream(copy, FileMode.CreateNew, FileAccess.Write))
            {
                byte[] buffer = new byte[1 << 20];
                int read;
                while ((read = input.Read(buffer)) > 0)
                {
                    file.Write(buffer, 0, read);
                    // What is longer is refused for its length.
                    if (file.Position > CarLimits.FileBytesMax) break;
                }
            }

            return CarFile.OpenTemporary(copy);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    private static string TemporaryPath() =>
        Path.Combine(Path.GetTempPath(), $"pds-readonly-{Guid.NewGuid():N}.car");

    private CheckedCar WithIdentity(CheckedCar found, Commit commit)
    {
        var identity = IdentityFiles.Read(found.Path, commit, SignaturePolicy.Historical);
        return found with
        {
            Identity = identity,
            Fault = identity.Fault is { } reason ? FaultOf(reason) : null,
            Warnings = WarningsOf(found, commit, identity),
        };
    }

    private List<string> WarningsOf(CheckedCar found, Commit commit, RepoIdentity identity)
    {
        var warnings = new List<string>();
        if (identity.Warning is not null) warnings.Add(identity.Warning);
        if (commit.Version == 2) warnings.Add("commit is of version 2: serve wants --allow-legacy");
        else if (commit.IsLegacy) warnings.Add("commit lacks prev: serve wants --allow-legacy");
        warnings.AddRange(RepoNotes.Of(commit, found.Counts, _time.GetUtcNow()));
        var raw = found.Raw;
        if (raw.Unused > 0)
        {
            string verb = raw.Unused == 1 ? "is" : "are";
            warnings.Add(
                $"{Figures.Count(raw.Unused, "raw block")} ({Figures.Bytes(raw.UnusedBytes)}) "
                + $"{verb} no blob of this repo");
        }

        return warnings;
    }

    private static CheckedCar Refused(string path, string code, string message) =>
        new() { Path = path, Fault = new RepoFault { Code = code, Message = message } };

    // What identities are refused for is one line: the code, a colon, the words.
    private static RepoFault FaultOf(string reason)
    {
        int mark = reason.IndexOf(": ", StringComparison.Ordinal);
        return new RepoFault { Code = reason[..mark], Message = reason[(mark + 2)..] };
    }
}
