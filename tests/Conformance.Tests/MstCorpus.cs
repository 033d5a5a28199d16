using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Conformance.Tests;

/// <summary>
/// Where the corpus lies, and what the tree's suites share. Without the corpus its tests are
/// skipped; with CI=true that is a failure.
/// </summary>
internal static class MstCorpus
{
    internal static string PathOf(string relative)
    {
        string? folder = Environment.GetEnvironmentVariable("PDS_CORPUS") ?? BesideTheProject();
        if (folder is not null && Directory.Exists(folder)) return Path.Combine(folder, relative);
        Skip.When(
            Environment.GetEnvironmentVariable("CI") != "true",
            "no corpus: set PDS_CORPUS or put it at ../shared/corpus");
        throw new DirectoryNotFoundException("no corpus, and CI=true demands one");
    }

    internal static string ReadText(string relative) => File.ReadAllText(PathOf(relative));

    internal static Cid Cid(string? text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text ?? "");
        Assert.True(Atproto.Multiformats.Cid.TryParse(bytes, out var cid), text);
        return cid;
    }

    internal static byte[] Key(string text) => Encoding.UTF8.GetBytes(text);

    internal static MstTree TreeOf(IEnumerable<string> keys, in Cid value)
    {
        var tree = new MstTree();
        foreach (string key in keys) Done(tree.Insert(Key(key), value));
        return tree;
    }

    internal static void Done(MstTreeResult result) => Assert.Equal(MstTreeResult.Done, result);

    private static string? BesideTheProject()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "pds-readonly.sln"))) continue;
            return Path.GetFullPath(Path.Combine(at.FullName, "..", "shared", "corpus"));
        }

        return null;
    }
}
