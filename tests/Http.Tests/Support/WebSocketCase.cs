using Http.WebSockets;

namespace Http.Tests.Support;

/// <summary>
/// What a client sends behind its handshake, and what the server answers: the frames in order, in
/// words. An empty outcome is a connection that stays as it was.
/// </summary>
internal sealed record WebSocketCase(
    int Group, string Name, byte[] Bytes, string[] Answers, FrameError Error = FrameError.None)
{
    /// <summary>Nothing is answered behind a close frame.</summary>
    internal bool Closes =>
        Answers.Length > 0 && Answers[^1].StartsWith("close", StringComparison.Ordinal);

    public override string ToString() => $"{Group}: {Name}";
}
