namespace PdsReadonly.Xrpc;

/// <summary>The default of a boolean parameter; false without this attribute.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class XrpcBooleanAttribute : Attribute
{
    public bool Default { get; set; }
}
