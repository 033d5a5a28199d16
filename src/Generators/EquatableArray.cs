using System.Collections;

namespace Generators;

/// <summary>
/// A list compared by its items, so that an unchanged model is found in the cache.
/// </summary>
internal readonly struct EquatableArray<T>(IReadOnlyList<T> items)
    : IEquatable<EquatableArray<T>>, IReadOnlyList<T>
{
    private readonly IReadOnlyList<T>? _items = items;

    public int Count => _items?.Count ?? 0;

    public T this[int index] => (_items ?? [])[index];

    public bool Equals(EquatableArray<T> other) => this.SequenceEqual(other);

    public override bool Equals(object? obj) => obj is EquatableArray<T> other && Equals(other);

    public override int GetHashCode() =>
        this.Aggregate(17, (hash, item) => unchecked((hash * 31) + item?.GetHashCode() ?? 0));

    public IEnumerator<T> GetEnumerator() => (_items ?? []).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
