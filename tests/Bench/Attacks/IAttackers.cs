namespace Bench.Attacks;

/// <summary>Those who attack, from their first connection on; disposing closes all.</summary>
internal interface IAttackers : IDisposable
{
    /// <summary>Returns when the attack is over: bounded in count and time.</summary>
    void Wait();

    /// <summary>What they sent and got, one row for each figure.</summary>
    IEnumerable<(string What, string Figure)> Figures();
}
