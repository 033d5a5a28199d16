namespace Testing;

/// <summary>Rows of one value for a test that takes them.</summary>
public sealed class TheoryData<T> : List<T>;

/// <summary>Rows of two values.</summary>
public sealed class TheoryData<T1, T2> : List<(T1, T2)>
{
    public void Add(T1 first, T2 second) => Add((first, second));
}

/// <summary>Rows of three values.</summary>
public sealed class TheoryData<T1, T2, T3> : List<(T1, T2, T3)>
{
    public void Add(T1 first, T2 second, T3 third) => Add((first, second, third));
}
