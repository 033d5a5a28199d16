namespace Http.Connections;

/// <summary>
/// What answers requests. Called on the connection's thread, once per request, in order.
/// </summary>
public interface IRequestHandler
{
    /// <summary>
    /// Fills <paramref name="response"/>. Both objects belong to the connection and are used again
    /// for its next request: neither they nor spans taken from them outlive the call. Where
    /// <see cref="HttpRequest.MayBlock"/> is false other connections wait for this thread: a
    /// handler that would have to wait itself calls <see cref="HttpResponse.Postpone"/> and
    /// returns, and is called again for the same request.
    /// </summary>
    void Handle(HttpRequest request, HttpResponse response);
}
