namespace PdsReadonly.Xrpc.Methods;

/// <summary>The event stream.</summary>
[XrpcSubscription("com.atproto.sync.subscribeRepos")]
internal static class SyncSubscribeRepos;
