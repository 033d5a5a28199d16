namespace PdsReadonly.Xrpc;

/// <summary>
/// The range of an integer parameter, both ends included; values outside are refused, never
/// clamped. Without this attribute the range is that of the data model, ±(2^53−1).
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class XrpcIntegerAttribute(long minimum, long maximum) : Attribute
{
    public long Minimum { get; } = minimum;

    public long Maximum { get; } = maximum;

    /// <summary>
    /// The value of an absent parameter; a parameter without one is required or nullable.
    /// </summary>
    public long Default { get; set; }
}
