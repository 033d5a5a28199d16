using Atproto.Syntax;

namespace PdsReadonly.Index;

/// <summary>
/// Queues of repos whose account has to be looked up first; they have numbers that no host has.
/// Each upstream has its own, for what it lists and for what its stream names, and for each of both
/// kinds of documents: so an upstream that makes repos up keeps no other waiting, nor a list the
/// stream, nor domains that are silent the directory.
/// </summary>
internal static class LookUpQueue
{
    /// <summary>
    /// Repos that may wait in one of them. More are left out: a list goes on when there is room,
    /// and what a stream names comes again with the next event, or the next list.
    /// </summary>
    internal const int ReposMax = 128;

    /// <summary>Repos of domains that did not answer; those that failed most give way.</summary>
    internal const int FailedDomainsMax = 1000;

    /// <summary>For repos that were known before, whose host is not.</summary>
    internal const long Known = 0;

    /// <summary>Documents of did:web at domains that did not answer, of all upstreams.</summary>
    internal const long DomainsThatFailed = -1;

    /// <param name="upstream">The number of the host that named the repo.</param>
    /// <param name="isListed">Whether by its list, or else by its stream.</param>
    /// <param name="did">The repo.</param>
    internal static long Of(long upstream, bool isListed, Did did)
    {
        bool isDomain = did.ToString().StartsWith("did:web:", StringComparison.Ordinal);
        return -((4 * upstream) + (isListed ? 2 : 0) + (isDomain ? 1 : 0));
    }

    /// <summary>Whether the number stands for one of these, and not for a host.</summary>
    internal static bool Is(long queue) => queue <= 0;

    /// <summary>Whether it is one of documents at domains.</summary>
    internal static bool IsOfDomains(long queue) => queue % 2 != 0 && Is(queue);
}
