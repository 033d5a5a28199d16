namespace Http.Messages;

/// <summary>
/// The request methods the engine knows by name (RFC 9110 §9); all others are Other.
/// </summary>
public enum HttpMethod
{
    Other,
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}
