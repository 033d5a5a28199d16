using Http.Connections;

namespace Http.Tests.Support;

/// <summary>
/// Says what was asked for; keeps nothing, so that many connections can share it.
/// </summary>
internal sealed class EchoHandler : IRequestHandler
{
    public void Handle(HttpRequest request, HttpResponse response) =>
        ScriptedHandler.Echo(request, response);
}
