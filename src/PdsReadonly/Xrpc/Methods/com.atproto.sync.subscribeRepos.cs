using Http.Connections;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Events;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// The event stream (https://atproto.com/specs/sync#firehose): what is new, and before that what
/// came after the cursor.
/// </summary>
[XrpcSubscription("com.atproto.sync.subscribeRepos")]
internal static class SyncSubscribeRepos
{
    internal readonly ref struct Params
    {
        public long? Cursor { get; init; }
    }

    internal static IMessageSource Handle(
        in Params p, EventLog events, RepoCatalog catalog, RepoPool repos) =>
        Subscription.Open(events, catalog, repos, p.Cursor);
}
