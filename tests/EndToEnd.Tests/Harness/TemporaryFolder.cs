namespace EndToEnd.Tests.Harness;

/// <summary>An empty folder that is gone, with all in it, when its test is over.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Location { get; } =
        Directory.CreateTempSubdirectory("pds-readonly-e2e-").FullName;

    /// <summary>A path in it.</summary>
    public string this[string name] => Path.Combine(Location, name);

    public void Dispose()
    {
        if (Directory.Exists(Location)) Directory.Delete(Location, recursive: true);
    }
}
