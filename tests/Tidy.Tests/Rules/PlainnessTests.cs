using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class PlainnessTests
{
    [Test]
    public void LongLines_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.LongLines);

    [Test]
    [Arguments(100, 0)]
    [Arguments(101, 1)]
    public void LongLines_AtTheLimit_CountsColumns(int columns, int expected) =>
        Assert.Equal(expected, Plainness.LongLines(One(new string('a', columns))).Count());

    [Test]
    public void LongFiles_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.LongFiles);

    [Test]
    [Arguments(500, 0)]
    [Arguments(501, 1)]
    public void LongFiles_AtTheLimit_CountsLines(int lines, int expected) =>
        Assert.Equal(
            expected,
            Plainness.LongFiles(One(string.Concat(Enumerable.Repeat("a\n", lines)))).Count());

    [Test]
    public void Wishes_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.Wishes);

    [Test]
    [Arguments("// TODO later")]
    [Arguments("// FIXME")]
    [Arguments("// HACK: works")]
    public void Wishes_LeftOver_IsFound(string text) =>
        Assert.Single(Plainness.Wishes(One(text)));

    [Test]
    public void Words_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.Words);

    [Test]
    [Arguments("// see Design.md 3.2")]
    [Arguments("const string Corpus = \"/home/me/corpus\";")]
    public void Words_FromElsewhere_AreFound(string text) =>
        Assert.Single(Plainness.Words(One(text)));

    [Test]
    public void EmptyNames_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.EmptyNames);

    [Test]
    [Arguments("static class CborUtils;")]
    [Arguments("class RepoManager;")]
    public void EmptyNames_OfATypes_AreFound(string text) =>
        Assert.Single(Plainness.EmptyNames(One(text)));

    [Test]
    public void WideCatches_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.WideCatches);

    [Test]
    [Arguments("catch (Exception e) { } catch (Exception) { } catch { }", 0)]
    [Arguments("catch (Exception e) { } catch (Exception) { } catch { } catch { }", 4)]
    [Arguments("catch { } catch { } catch { } catch (Exception e) when (e is IOException) { }", 0)]
    [Arguments("catch { } catch { } catch { } catch { if (x) { } Close(); throw; }", 0)]
    public void WideCatches_FourthOne_IsFound(string text, int expected) =>
        Assert.Equal(expected, Plainness.WideCatches(One(text)).Count());

    private static IReadOnlyList<SourceFile> One(string text) =>
        SourceTree.Of(("src/Http/A.cs", text));
}
