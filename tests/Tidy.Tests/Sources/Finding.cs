namespace Tidy.Tests.Sources;

/// <summary>One place where the tree breaks a rule; lines count from 1.</summary>
internal sealed record Finding(string Path, int Line, string Message)
{
    public override string ToString() => $"{Path}:{Line}: {Message}";
}
