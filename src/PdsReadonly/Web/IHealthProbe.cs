namespace PdsReadonly.Web;

/// <summary>
/// Says whether the server can do its work, cheaply enough to be asked every second.
/// </summary>
internal interface IHealthProbe
{
    /// <summary>
    /// Whether something is missing that an operator has to see to: what is here is served.
    /// </summary>
    bool IsDegraded { get; }

    /// <summary>
    /// False when the caller would have to wait for the answer and may not; not healthy is a
    /// catalog that cannot be read.
    /// </summary>
    bool TryProbe(bool mayBlock, out bool isHealthy);
}
