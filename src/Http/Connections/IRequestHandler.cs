namespace Http.Connections;

/// <summary>
/// What answers requests. Called on the connection's thread, once per request, in order.
/// </summary>
public interface IRequestHandler
{
    /// <summary>
    /// Fills <paramref name="response"/>. Both objects belong to the connection and are used again
    /// for its next request: neither they nor spans taken from them outlive the call.
    /// </summary>
    void Handle(HttpRequest request, HttpResponse response);
}
