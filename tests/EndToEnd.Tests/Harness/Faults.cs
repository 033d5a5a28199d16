namespace EndToEnd.Tests.Harness;

/// <summary>The lines by which the server says what became of files.</summary>
internal static class Faults
{
    /// <summary>The one line that refuses a file: path and cause.</summary>
    public static string RefusalOf(this PdsProcess pds, string path) => Assert.Single(
        pds.Output.Error, line => line.StartsWith($"refused {path}: ", StringComparison.Ordinal));

    /// <summary>The cause's code, as it stands behind the path.</summary>
    public static string CodeOf(this PdsProcess pds, string path)
    {
        string cause = pds.RefusalOf(path)[$"refused {path}: ".Length..];
        return cause[..cause.IndexOfAny([' ', ':'])];
    }
}
