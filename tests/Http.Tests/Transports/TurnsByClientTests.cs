using Http.Transports;

namespace Http.Tests.Transports;

public sealed class TurnsByClientTests
{
    private readonly TurnsByClient<string> _turns = new();

    [Test]
    public void TryTake_CrowdOfOneClient_LeavesTheOtherEachSecondTurn()
    {
        for (int i = 0; i < 100; i++) _turns.Add(1, $"crowd {i}");
        _turns.Add(2, "other 0");
        _turns.Add(2, "other 1");
        Assert.Equal(
            ["crowd 0", "other 0", "crowd 1", "other 1", "crowd 2"],
            Enumerable.Range(0, 5).Select(_ => Take()));
        Assert.Equal(97, _turns.Count);
        Assert.False(_turns.Contains(2));
    }

    [Test]
    public void TryTakeOf_OneClient_GivesAllOfItsOwnAndNoMore()
    {
        _turns.Add(1, "a");
        _turns.Add(2, "b");
        _turns.Add(1, "c");
        Assert.Equal("a", Take());
        Assert.True(_turns.TryTakeOf(1, out string next));
        Assert.Equal("c", next);
        Assert.False(_turns.TryTakeOf(1, out _));
        Assert.Equal("b", Take());
        Assert.Equal(0, _turns.Count);
    }

    [Test]
    public void Remove_WhatWaits_IsNotTaken()
    {
        var first = _turns.Add(1, "a");
        _turns.Add(1, "b");
        var other = _turns.Add(2, "c");
        _turns.Remove(1, first);
        _turns.Remove(2, other);
        Assert.Equal("b", Take());
        Assert.False(_turns.TryTake(out _));
    }

    private string Take()
    {
        Assert.True(_turns.TryTake(out string item));
        return item;
    }
}
