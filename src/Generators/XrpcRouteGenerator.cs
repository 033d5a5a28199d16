using Microsoft.CodeAnalysis;

namespace Generators;

/// <summary>Builds the route table out of the methods marked as XRPC queries.</summary>
[Generator]
public sealed class XrpcRouteGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
    }
}
