namespace EndToEnd.Tests.Harness;

public sealed class TemporaryFolderTests
{
    [Test]
    public void Dispose_FilesInside_AreGoneWithTheFolder()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["inner"]);
        File.WriteAllText(folder["inner/file"], "x");

        folder.Dispose();

        Assert.False(Directory.Exists(folder.Location));
    }
}
