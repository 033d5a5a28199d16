namespace Http.Tests;

public sealed class PlaceholderTests
{
    [Fact]
    public void Placeholder_Always_Runs() => Assert.Equal(2, 1 + 1);
}
