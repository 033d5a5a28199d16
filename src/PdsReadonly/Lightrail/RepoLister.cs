using PdsReadonly.Index;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// Reads hosts' lists of repos, page by page, so that repos are known whose events were before our
/// time, or were lost. A list goes on where it stopped, over restarts too.
/// </summary>
internal sealed class RepoLister(
    LightrailDatabase database, RemoteHosts hosts, EventIntake intake, LightrailSettings settings,
    TimeProvider time)
{
    private const int PageBytesMax = 4 * 1024 * 1024;
    private const int HostsAtOnce = 16;
    private const int FailuresMax = 5;

    // Hosts that a relay may list: a hundred times as many as there are.
    private const int PagesOfHostsMax = 100;

    // For room. A host gives its turn to the next one then, and goes on the next time round.
    private static readonly TimeSpan s_visitMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(5);

    // More than any relay needs, and than any host: its cursors may lead nowhere, or its repos be
    // made up.
    private const int PagesOfRelayMax = 1_000_000;
    private const int PagesOfHostMax = 5_000;

    private static readonly DateTimeOffset s_never = DateTimeOffset.MaxValue;

    private static readonly TimeSpan s_retryFirst = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_retryMost = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Lists a source whenever that is asked for or due; ends with the token.
    /// </summary>
    internal async Task RunAsync(Source source, CancellationToken cancellation)
    {
        int failures = 0;
        int rounds = 0;
        var due = NextDue();
        var next = due;
        DateTimeOffset? began = null;
        while (true)
        {
            // Not before the stream is on: what happens behind the list would be lost.
            var pause = next - time.GetUtcNow();
            await source.ListingAsked.WaitAsync(
                pause > TimeSpan.Zero ? pause : TimeSpan.Zero, time, cancellation);
            bool isDue = time.GetUtcNow() >= due;
            if (isDue)
            {
                due = NextDue();
                database.ListAgain(source.Host.Id);
                began = time.GetUtcNow();
            }

            bool isDone = await ListAsync(source.Host, source.IsRelay, cancellation)
                && (!settings.DeepCrawl || !source.IsRelay
                    || await ListHostsAsync(source, began is not null, cancellation));
            // What the whole list has not may be gone: whoever hosts it is asked.
            if (isDone && began is { } since)
            {
                EnqueueUnlisted(since);
                began = null;
            }

            if (isDone && source.HasLeftOut)
            {
                // The longer it goes on so, the less often.
                await Task.Delay(
                    Backoff.After(++rounds, s_retryFirst, s_retryMost), time, cancellation);
                source.ListFromTheBeginning();
                database.ListAgain(source.Host.Id);
                source.ListingAsked.Wake();
            }
            else if (isDone)
            {
                rounds = 0;
            }

            failures = isDone ? 0 : failures + 1;
            // Its cursor may be one that the host takes no more.
            if (failures == FailuresMax) database.ListAgain(source.Host.Id);
            next = isDone ? due
                : time.GetUtcNow() + Backoff.After(failures, s_retryFirst, s_retryMost);
        }
    }

    private DateTimeOffset NextDue() => settings.ListingInterval > TimeSpan.Zero
        ? time.GetUtcNow() + settings.ListingInterval
        : s_never;

    // Goes on with the host's list to its end, or as long as there is room. False when the host
    // failed.
    private async Task<bool> ListAsync(
        RemoteHost host, bool isRelay, CancellationToken cancellation, TimeSpan? visitMax = null)
    {
        int pagesMax = isRelay ? PagesOfRelayMax : PagesOfHostMax;
        for (int page = 0; page < pagesMax; page++)
        {
            if (database.FindHost(host.Id) is not { } stored) return false;
            if (stored.IsListed) return true;
            string query = "com.atproto.sync.listRepos?limit=1000";
            if (stored.Cursor is { } cursor) query += "&cursor=" + Uri.EscapeDataString(cursor);
            long asked = time.GetTimestamp();
            var answer = await host.NewClient().GetAsync(query, PageBytesMax, cancellation);
            if (answer.Status != XrpcStatus.Given) return false;
            if (ListReposPage.Read(answer.Body.Span) is not { } listed) return false;
            // The same cursor once more would go round for ever.
            if (listed.Cursor == stored.Cursor) listed = listed with { Cursor = null };
            host.Answered();
            if (!await AddAsync(stored, listed, isRelay, asked, visitMax, cancellation)) break;
        }

        return true;
    }

    // A page comes in as there is room: whatever a host lists, so much of it waits and no more.
    private async Task<bool> AddAsync(
        LightrailHost host, ListReposPage page, bool isRelay, long asked, TimeSpan? visitMax,
        CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            int taken = intake.AddListed(host, page, isRelay, asked);
            if (taken == page.Repos.Count) return true;
            page = page with { Repos = [.. page.Repos.Skip(taken)] };
            if (time.GetElapsedTime(start) >= visitMax) return false;
            await intake.LookedUp.WaitAsync(s_look, time, cancellation);
        }
    }

    // Round after round: a host whose list is long takes no turn from the others.
    private async Task<bool> ListHostsAsync(
        Source relay, bool isDue, CancellationToken cancellation)
    {
        while (true)
        {
            if (await VisitHostsAsync(relay, isDue, cancellation) is not { } areAllListed)
            {
                return false;
            }

            if (areAllListed) return true;
            isDue = false;
            await Task.Delay(s_round, time, cancellation);
        }
    }

    // Whether there is nothing more to be listed; null when the relay failed.
    private async Task<bool?> VisitHostsAsync(
        Source relay, bool isDue, CancellationToken cancellation)
    {
        int unfinished = 0;
        string? cursor = null;
        for (int page = 0; page < PagesOfHostsMax; page++)
        {
            string query = "com.atproto.sync.listHosts?limit=1000";
            if (cursor is not null) query += "&cursor=" + Uri.EscapeDataString(cursor);
            var answer = await relay.Host.NewClient().GetAsync(query, PageBytesMax, cancellation);
            if (answer.Status != XrpcStatus.Given) return null;
            if (ListHostsPage.Read(answer.Body.Span) is not { } listed) return null;
            await Parallel.ForEachAsync(
                listed.Hosts,
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = HostsAtOnce,
                    CancellationToken = cancellation,
                },
                async (name, token) =>
                {
                    bool hasMore = await HasMoreAsync(name, isDue, token);
                    if (hasMore) Interlocked.Increment(ref unfinished);
                });
            if (listed.Cursor is null || listed.Cursor == cursor) break;
            cursor = listed.Cursor;
        }

        return unfinished == 0;
    }

    // One that fails is tried again with the next listing.
    private async Task<bool> HasMoreAsync(string name, bool isDue, CancellationToken cancellation)
    {
        if (hosts.FindNamed(name) is not { } host) return false;
        if (isDue) database.ListAgain(host.Id);
        if (database.FindHost(host.Id) is not { IsListed: false }) return false;
        // Another relay lists what it has from elsewhere.
        if (await Source.IsRelayAsync(host, cancellation) != false) return false;
        return await ListAsync(host, isRelay: false, cancellation, s_visitMax)
            && database.FindHost(host.Id) is { IsListed: false };
    }

    private void EnqueueUnlisted(DateTimeOffset since)
    {
        while (!database.EnqueueUnlisted(since.ToUnixTimeMilliseconds()))
        {
            // Others have their turn at the database.
        }
    }
}
