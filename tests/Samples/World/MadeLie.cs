namespace Samples.World;

/// <summary>A lie about one repo.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Tell">Does it.</param>
/// <param name="AlsoTrue">
/// Other repos of the same account that were signed by its key, and so are as true as it is.
/// </param>
public sealed record MadeLie(string Name, Lie Tell, params IReadOnlyList<WorldRepo> AlsoTrue)
{
    public override string ToString() => Name;
}
