using System.Globalization;
using Atproto.Repo;
using PdsReadonly.Catalog;

namespace PdsReadonly.Archive;

/// <summary>What is odd about a repo without making it wrong, in words.</summary>
internal static class RepoNotes
{
    internal static IEnumerable<string> Of(Commit commit, RepoCounts counts, DateTimeOffset now)
    {
        if (RevClock.IsInFuture(commit.Rev, now)) yield return "rev lies in the future";
        if (counts.RecordsUndecodable is > 0 and long records)
        {
            string number = records.ToString("N0", CultureInfo.InvariantCulture);
            yield return $"{number} {(records == 1 ? "record has" : "records have")} no JSON form";
        }

        if (counts.CollectionsUnnormalized is > 0 and long collections)
        {
            string others = collections == 1 ? "" : string.Create(
                CultureInfo.InvariantCulture, $" and {collections - 1:N0} more");
            yield return $"collection {counts.UnnormalizedCollection}{others}: the authority of an "
                + "NSID has no upper-case letters";
        }
    }
}
