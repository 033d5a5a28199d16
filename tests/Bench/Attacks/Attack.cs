using System.Net;

namespace Bench.Attacks;

/// <summary>One attack: what is served, and who attacks it.</summary>
/// <param name="Name">For <c>--only</c>, which takes the beginning of a name too.</param>
/// <param name="What">In words.</param>
/// <param name="Car">Served beside the honest repo; the honest repo alone unless given.</param>
/// <param name="Begin">Starts it.</param>
internal sealed record Attack(
    string Name, string What, string? Car, Func<IPEndPoint, IAttackers> Begin)
{
    /// <summary>
    /// Requests as anyone makes them, so that what the attack needs is open already and nothing of
    /// it is left to threads that may wait.
    /// </summary>
    public IReadOnlyList<byte[]> Before { get; init; } = [];

    /// <summary>How long memory is looked at after the attack.</summary>
    internal int SecondsAfter { get; init; } = 10;

    /// <summary>Whether the server has 128 MB and no swap.</summary>
    internal bool InCgroup { get; init; }
}
