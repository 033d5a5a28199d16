namespace Bench.Lightrail;

/// <summary>
/// The most memory that a process has had for a time: as looked at, and as Linux keeps it.
/// </summary>
internal sealed class MemoryPeak(LocalProcess process)
{
    // Sets VmHWM to what is resident now (proc(5), clear_refs).
    private const string ForgetPeak = "5";

    private long _resident;
    private long _anonymous;

    internal void Begin()
    {
        (_resident, _anonymous) = (0, 0);
        File.WriteAllText($"/proc/{process.Pid}/clear_refs", ForgetPeak);
    }

    internal void Look()
    {
        _resident = Math.Max(_resident, process.StatusKilobytes("VmRSS"));
        _anonymous = Math.Max(_anonymous, process.StatusKilobytes("RssAnon"));
    }

    /// <summary>Reports the most since it began, and begins anew.</summary>
    internal void Tell(string when)
    {
        Look();
        double most = process.StatusKilobytes("VmHWM") / 1024.0;
        Report.Row($"most memory {when}: VmRSS (RssAnon)", $"{Print()}, VmHWM {most:F1} MB");
        Begin();
    }

    internal string Now()
    {
        Begin();
        Look();
        return Print();
    }

    private string Print() => $"{_resident / 1024.0:F1} ({_anonymous / 1024.0:F1}) MB";
}
