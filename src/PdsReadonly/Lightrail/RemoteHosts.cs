using System.Collections.Concurrent;
using System.Net.Http;
using PdsReadonly.Index;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>The hosts that are asked, one of each; what is learned of them is kept.</summary>
/// <remarks>For any thread. The client of HTTP stays the caller's.</remarks>
internal sealed class RemoteHosts(
    LightrailDatabase database, HttpClient http, HttpClient toUpstreams,
    LightrailSettings settings, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, RemoteHost> _byUrl =
        new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<long, RemoteHost> _byId = [];

    // Those that the operator named may be anywhere, whoever else names them.
    private readonly HashSet<string> _upstreams = [.. settings.Upstreams.Select(OriginOf)];

    /// <summary>Those met since the start.</summary>
    internal ICollection<RemoteHost> All => _byUrl.Values;

    /// <summary>Null when hosts must not be asked this way.</summary>
    internal RemoteHost? Find(Uri url)
    {
        string origin = OriginOf(url);
        if (_byUrl.TryGetValue(origin, out var known)) return known;
        if (_upstreams.Contains(origin)) return Add(origin, toUpstreams);
        bool isAllowed = url.Scheme == Uri.UriSchemeHttps
            || (url.Scheme == Uri.UriSchemeHttp && settings.AllowPrivate);
        return isAllowed && url.UserInfo.Length == 0 ? Add(origin, http) : null;
    }

    /// <summary>By the name that a relay lists; null when that is none, or not allowed.</summary>
    internal RemoteHost? FindNamed(string name)
    {
        // Only what is tried out on one machine speaks without TLS.
        string scheme = settings.AllowPrivate && name.Contains(':', StringComparison.Ordinal)
            ? Uri.UriSchemeHttp
            : Uri.UriSchemeHttps;
        bool isName = Uri.TryCreate($"{scheme}://{name}", UriKind.Absolute, out var url)
            && url.PathAndQuery == "/";
        return isName ? Find(url!) : null;
    }

    /// <summary>Null when there is none of that number.</summary>
    internal RemoteHost? Find(long id)
    {
        if (_byId.TryGetValue(id, out var known)) return known;
        return database.FindHost(id) is { } stored ? Find(new Uri(stored.Url)) : null;
    }

    /// <summary>Keeps what was learned of a host over a restart.</summary>
    internal void Save(RemoteHost host)
    {
        string profile = host.Profile.Save();
        if (host.SavedProfile == profile) return;
        database.SetHost(host.Id, profile, settings.CrawlQps);
        host.SavedProfile = profile;
    }

    private RemoteHost Add(string origin, HttpClient client)
    {
        long id = database.HostIdOf(origin);
        foreach (var old in database.ForgetUnprovenHosts(
            url => url == origin || _upstreams.Contains(url)))
        {
            _byUrl.TryRemove(old.Url, out _);
            _byId.TryRemove(old.Id, out _);
        }

        var profile = HostProfile.Restore(database.FindHost(id)?.Profile, time);
        var pace = new HostPace(settings.CrawlQps, time);
        var host = _byUrl.GetOrAdd(
            origin, new RemoteHost(id, new Uri(origin), pace, profile, client, time));
        _byId[id] = host;
        // Those that the operator named are given time from the start.
        if (_upstreams.Contains(origin)) host.Answered();
        return host;
    }

    private static string OriginOf(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
