namespace Bench.Attacks;

/// <summary>Attackers while a file is kept out of the kernel's memory.</summary>
internal sealed class WithColdFile(string path, IAttackers attackers) : IAttackers
{
    private readonly ColdFile _file = new(path);

    public void Wait() => attackers.Wait();

    public IEnumerable<(string What, string Figure)> Figures() => attackers.Figures();

    public void Dispose()
    {
        attackers.Dispose();
        _file.Dispose();
    }
}
