using System.Text;

namespace PdsReadonly.Web;

/// <summary>
/// The routes outside of XRPC, by path. The OAuth documents are left out on purpose: a server that
/// can log nobody in answers 404, so that a client stops at once.
/// </summary>
internal sealed class PlainRoutes
{
    private readonly (byte[] Path, IPlainRoute Route)[] _routes;

    internal PlainRoutes(params IEnumerable<IPlainRoute> routes) =>
        _routes = [.. routes.Select(route => (Encoding.ASCII.GetBytes(route.Path), route))];

    /// <summary>The route of that raw path; null when there is none.</summary>
    internal IPlainRoute? Find(ReadOnlySpan<byte> path)
    {
        if (path.Length > 1 && path[^1] == '/') path = path[..^1];
        foreach (var (known, route) in _routes)
        {
            if (path.SequenceEqual(known)) return route;
        }

        return null;
    }
}
