using TUnit.Core.Interfaces;

namespace Testing;

/// <summary>As many tests at a time as cores: more would only make each wait longer.</summary>
public sealed class OnePerCore : IParallelLimit
{
    public int Limit => Environment.ProcessorCount;
}
