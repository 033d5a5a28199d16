using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

public sealed class PlainnessTests
{
    [Fact]
    public void LongLines_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.LongLines);

    [Theory]
    [InlineData(100, 0)]
    [InlineData(101, 1)]
    public void LongLines_AtTheLimit_CountsColumns(int columns, int expected) =>
        Assert.Equal(expected, Plainness.LongLines(One(new string('a', columns))).Count());

    [Fact]
    public void LongFiles_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.LongFiles);

    [Theory]
    [InlineData(500, 0)]
    [InlineData(501, 1)]
    public void LongFiles_AtTheLimit_CountsLines(int lines, int expected) =>
        Assert.Equal(
            expected,
            Plainness.LongFiles(One(string.Concat(Enumerable.Repeat("a\n", lines)))).Count());

    [Fact]
    public void Wishes_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.Wishes);

    [Theory]
    [InlineData("// TODO later")]
    [InlineData("// FIXME")]
    [InlineData("// HACK: works")]
    public void Wishes_LeftOver_IsFound(string text) =>
        Assert.Single(Plainness.Wishes(One(text)));

    [Fact]
    public void Words_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.Words);

    [Theory]
    [InlineData("// see Design.md 3.2")]
    [InlineData("const string Corpus = \"/home/me/corpus\";")]
    public void Words_FromElsewhere_AreFound(string text) =>
        Assert.Single(Plainness.Words(One(text)));

    [Fact]
    public void EmptyNames_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.EmptyNames);

    [Theory]
    [InlineData("static class CborUtils;")]
    [InlineData("class RepoManager;")]
    public void EmptyNames_OfATypes_AreFound(string text) =>
        Assert.Single(Plainness.EmptyNames(One(text)));

    [Fact]
    public void WideCatches_ThisTree_FindsNothing() => ThisTree.Keeps(Plainness.WideCatches);

    [Theory]
    [InlineData("catch (Exception e) { } catch (Exception) { } catch { }", 0)]
    [InlineData("catch (Exception e) { } catch (Exception) { } catch { } catch { }", 4)]
    [InlineData("catch { } catch { } catch { } catch (Exception e) when (e is IOException) { }", 0)]
    [InlineData("catch { } catch { } catch { } catch { if (x) { } Close(); throw; }", 0)]
    public void WideCatches_FourthOne_IsFound(string text, int expected) =>
        Assert.Equal(expected, Plainness.WideCatches(One(text)).Count());

    private static IReadOnlyList<SourceFile> One(string text) =>
        SourceTree.Of(("src/Http/A.cs", text));
}
