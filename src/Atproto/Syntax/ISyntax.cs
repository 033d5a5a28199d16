namespace Atproto.Syntax;

/// <summary>An identifier whose syntax can be checked on raw UTF-8 bytes.</summary>
public interface ISyntax<TSelf>
    where TSelf : ISyntax<TSelf>
{
    /// <summary>Whether the whole of <paramref name="text"/> is one such identifier.</summary>
    static abstract bool IsValid(ReadOnlySpan<byte> text);
}
