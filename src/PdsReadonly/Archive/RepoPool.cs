using PdsReadonly.Catalog;

namespace PdsReadonly.Archive;

/// <summary>
/// Lends open repos and keeps the ones used last, however many repos there are. Each costs two file
/// descriptors and some tens of KB; past the limit the one unused for longest is closed. A repo asked
/// for by several threads at once is opened once for each.
/// </summary>
internal sealed class RepoPool(int idleMax) : IDisposable
{
    private readonly Lock _gate = new();

    // Idle readers, the one used last at the end; and where each repo's are in it.
    private readonly LinkedList<RepoReader> _idle = [];
    private readonly Dictionary<string, List<LinkedListNode<RepoReader>>> _byIndex = [];

    /// <summary>Takes an open repo, or opens it; throws as <see cref="RepoReader.Open"/> does.</summary>
    internal Lease Rent(RepoEntry entry)
    {
        lock (_gate)
        {
            if (_byIndex.TryGetValue(entry.IndexPath, out var nodes))
            {
                var node = nodes[^1];
                Remove(node);
                return new Lease(this, node.Value);
            }
        }

        return new Lease(this, RepoReader.Open(entry));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var reader in _idle) reader.Dispose();
            _idle.Clear();
            _byIndex.Clear();
        }
    }

    private void Return(RepoReader reader)
    {
        RepoReader? victim = null;
        lock (_gate)
        {
            var node = _idle.AddLast(reader);
            if (!_byIndex.TryGetValue(reader.Entry.IndexPath, out var nodes))
            {
                _byIndex.Add(reader.Entry.IndexPath, nodes = []);
            }

            nodes.Add(node);
            if (_idle.Count > idleMax)
            {
                victim = _idle.First!.Value;
                Remove(_idle.First);
            }
        }

        victim?.Dispose();
    }

    private void Remove(LinkedListNode<RepoReader> node)
    {
        _idle.Remove(node);
        string key = node.Value.Entry.IndexPath;
        var nodes = _byIndex[key];
        nodes.Remove(node);
        if (nodes.Count == 0) _byIndex.Remove(key);
    }

    /// <summary>A reader on loan; disposing gives it back.</summary>
    internal readonly struct Lease(RepoPool pool, RepoReader reader) : IDisposable
    {
        internal RepoReader Reader { get; } = reader;

        public void Dispose() => pool.Return(Reader);
    }
}
