using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace PdsReadonly.Index;

/// <summary>
/// Connections that read the index of remote repos beside its writer. Any thread rents one and
/// gives it back; there are as many as were ever in use at once.
/// </summary>
internal sealed class LightrailReaders(string path) : IDisposable
{
    private readonly ConcurrentStack<LightrailReader> _idle = new();
    private volatile bool _isDisposed;

    /// <summary>For one thread, until it is disposed.</summary>
    internal LightrailReader Rent()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _idle.TryPop(out var reader) ? reader : new LightrailReader(this, path);
    }

    /// <summary>Whether the file can be read.</summary>
    internal bool Probe()
    {
        try
        {
            using var reader = Rent();
            return reader.Find("did:"u8) is null;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    internal void Return(LightrailReader reader)
    {
        if (reader.IsDamaged)
        {
            reader.Close();
            return;
        }

        _idle.Push(reader);
        if (_isDisposed) CloseIdle();
    }

    public void Dispose()
    {
        _isDisposed = true;
        CloseIdle();
    }

    private void CloseIdle()
    {
        while (_idle.TryPop(out var reader)) reader.Close();
    }
}
