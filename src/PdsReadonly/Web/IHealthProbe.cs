namespace PdsReadonly.Web;

/// <summary>
/// Says whether the server can do its work, cheaply enough to be asked every second.
/// </summary>
internal interface IHealthProbe
{
    /// <summary>False when the catalog cannot be read.</summary>
    bool IsHealthy { get; }
}
