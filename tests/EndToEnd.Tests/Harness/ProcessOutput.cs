namespace EndToEnd.Tests.Harness;

/// <summary>The lines a process has written, and a way to wait for one.</summary>
internal sealed class ProcessOutput
{
    private readonly Lock _gate = new();
    private readonly List<string> _out = [];
    private readonly List<string> _error = [];
    private readonly List<Waiter> _waiters = [];
    private int _openStreams = 2;

    public IReadOnlyList<string> Out
    {
        get
        {
            lock (_gate) return [.. _out];
        }
    }

    public IReadOnlyList<string> Error
    {
        get
        {
            lock (_gate) return [.. _error];
        }
    }

    /// <summary>
    /// The first line, of either stream, that holds the text: one already written or one to come.
    /// An error, with all output, when the process ends without it or the time is over.
    /// </summary>
    public async Task<string> WaitForAsync(string text, TimeSpan limit)
    {
        Task<string> found;
        lock (_gate)
        {
            string? written = _out.Concat(_error).FirstOrDefault(
                line => line.Contains(text, StringComparison.Ordinal));
            if (written is not null) return written;
            if (_openStreams is 0) throw Missed(text);
            var waiter = new Waiter(text);
            _waiters.Add(waiter);
            found = waiter.Found.Task;
        }

        try
        {
            return await found.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"no line with '{text}' in {limit}:\n{this}");
        }
    }

    /// <summary>A line of stdout; null for its end.</summary>
    public void AddOut(string? line) => Add(_out, line);

    /// <summary>A line of stderr; null for its end.</summary>
    public void AddError(string? line) => Add(_error, line);

    public override string ToString()
    {
        lock (_gate) return string.Join('\n', _out.Concat(_error));
    }

    private void Add(List<string> lines, string? line)
    {
        lock (_gate)
        {
            if (line is null)
            {
                if (--_openStreams > 0) return;
                foreach (var waiter in _waiters) waiter.Found.TrySetException(Missed(waiter.Text));
                return;
            }

            lines.Add(line);
            foreach (var waiter in _waiters)
            {
                if (line.Contains(waiter.Text, StringComparison.Ordinal))
                    waiter.Found.TrySetResult(line);
            }
        }
    }

    private InvalidOperationException Missed(string text) =>
        new($"ended without a line with '{text}':\n{this}");

    private sealed record Waiter(string Text)
    {
        public TaskCompletionSource<string> Found { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
