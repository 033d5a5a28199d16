using System.Globalization;

namespace PdsReadonly.Archive;

/// <summary>How many repos may be open, so that connections never lack a descriptor.</summary>
internal static class DescriptorBudget
{
    private const int OpenReposMax = 256;
    private const int OpenReposMin = 8;

    // Two descriptors a repo, and at most a quarter of what the process may have.
    private const int ReposPerLimit = 8;

    internal static int OpenRepos() =>
        Math.Clamp(Limit() / ReposPerLimit, OpenReposMin, OpenReposMax);

    // The soft limit as the kernel shows it; unknown elsewhere, where the usual one is assumed.
    private static int Limit()
    {
        const string Name = "Max open files";
        const int Usual = 1024;
        try
        {
            foreach (string line in File.ReadLines("/proc/self/limits"))
            {
                if (!line.StartsWith(Name, StringComparison.Ordinal)) continue;
                string soft =
                    line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                bool known = int.TryParse(soft, CultureInfo.InvariantCulture, out int limit);
                return known ? limit : Usual;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not Linux: no such file.
        }

        return Usual;
    }
}
