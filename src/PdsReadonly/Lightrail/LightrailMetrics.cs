using Atproto.Firehose;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>What has happened since the start.</summary>
internal sealed class LightrailMetrics
{
    private long _events;
    private long _refused;
    private long _identitiesFailed;
    private long _walks;
    private long _connected;
    private long _malformed;

    internal void EventTaken(StreamEvent message) => _events += message.Seq > 0 ? 1 : 0;

    internal void CommitRefused(CommitFault fault) => _refused += fault == CommitFault.None ? 0 : 1;

    internal void IdentityFailed(IdentityError error) =>
        _identitiesFailed += error == IdentityError.None ? 0 : 1;

    internal void WalkEnded(CollectionsOutcome outcome) => _walks += outcome.Requests;

    internal void StreamConnected(string source) => _connected += source.Length;

    internal void StreamEnded(string source) => _connected -= source.Length;

    internal void StreamRead(string source, IReadOnlyList<StreamEvent> batch, long malformed) =>
        _malformed += malformed + batch.Count + source.Length;

    public override string ToString() =>
        $"{_events} {_refused} {_identitiesFailed} {_walks} {_connected} {_malformed}";
}
