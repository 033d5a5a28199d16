using System.Globalization;

namespace PdsReadonly.Lightrail;

/// <summary>
/// What is known of one host: which ways of asking it refused, until when that is believed, and how
/// often it was at fault. Shared by all who ask it, for any thread; can be kept as a line of text.
/// </summary>
/// <remarks>
/// A refusal is believed for an hour, the next time in a row for two, and so on up to a week: a
/// host that was upgraded is asked again, and one odd repo does not speak for the others.
/// </remarks>
internal sealed class HostProfile(TimeProvider time)
{
    private const int DoublingsMax = 7;

    private static readonly TimeSpan s_denialFirst = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Strategy, Denial> _denials = [];
    private bool _commaCids;
    private long _faults;

    /// <summary>Whether CIDs of getBlocks have to be joined by commas.</summary>
    internal bool CommaCids
    {
        get => Volatile.Read(ref _commaCids);
        set => Volatile.Write(ref _commaCids, value);
    }

    /// <summary>Answers that were not what was asked for.</summary>
    internal long Faults => Interlocked.Read(ref _faults);

    /// <summary>What the host is known to refuse now.</summary>
    internal IReadOnlySet<Strategy> Denied =>
        Enum.GetValues<Strategy>().Where(strategy => !CanTry(strategy)).ToHashSet();

    /// <summary>Whether the host may do it, as far as is known.</summary>
    internal bool CanTry(Strategy strategy)
    {
        lock (_lock)
        {
            return !_denials.TryGetValue(strategy, out var denial)
                || denial.Until <= time.GetUtcNow();
        }
    }

    /// <summary>The host refused it.</summary>
    internal void Deny(Strategy strategy)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _denials.TryGetValue(strategy, out var denial);
            if (denial.Until > now) return;
            int count = Math.Min(denial.Count + 1, DoublingsMax + 1);
            var span = s_denialFirst * (1 << (count - 1));
            _denials[strategy] = new Denial(now + span, count);
        }
    }

    /// <summary>The host did it.</summary>
    internal void Allow(Strategy strategy)
    {
        lock (_lock) _denials.Remove(strategy);
    }

    internal void AddFault() => Interlocked.Increment(ref _faults);

    /// <summary>
    /// As text: "faults=3 commas=1 Proof=1767225600,2", of which the last is a time since
    /// 1970 and how often in a row.
    /// </summary>
    internal string Save()
    {
        lock (_lock)
        {
            var words = _denials.OrderBy(each => each.Key).Select(each => string.Create(
                CultureInfo.InvariantCulture,
                $" {each.Key}={each.Value.Until.ToUnixTimeSeconds()},{each.Value.Count}"));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"faults={Faults} commas={(CommaCids ? 1 : 0)}{string.Concat(words)}");
        }
    }

    /// <summary>What is not understood of the text is left out.</summary>
    internal static HostProfile Restore(string? text, TimeProvider time)
    {
        var profile = new HostProfile(time);
        foreach (string word in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = word.Split('=', ',');
            if (parts.Length < 2 || !TryParse(parts[1], out long value)) continue;
            if (parts[0] == "faults") profile._faults = value;
            else if (parts[0] == "commas") profile._commaCids = value == 1;
            else if (parts.Length == 3 && TryParse(parts[2], out long count)
                && Enum.TryParse<Strategy>(parts[0], out var strategy) && count is > 0 and < 100
                && value < DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            {
                var until = DateTimeOffset.FromUnixTimeSeconds(value);
                profile._denials[strategy] = new Denial(until, (int)count);
            }
        }

        return profile;
    }

    private static bool TryParse(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    // Until when, and how often in a row.
    private readonly record struct Denial(DateTimeOffset Until, int Count);
}
