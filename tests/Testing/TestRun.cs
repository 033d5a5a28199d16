namespace Testing;

/// <summary>What a test may ask of the run it is part of.</summary>
internal static class TestRun
{
    /// <summary>Falls when the run is stopped.</summary>
    internal static CancellationToken Cancellation =>
        TestContext.Current?.Execution.CancellationToken ?? CancellationToken.None;
}
