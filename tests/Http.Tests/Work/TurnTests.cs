using Http.Work;

namespace Http.Tests.Work;

public sealed class TurnTests
{
    [Test]
    public void TryTake_BesideOthers_GrantsNoMoreThanItsUnits()
    {
        var turn = new Turn(mayBlock: false);
        Assert.False(turn.TryTake(Turn.UnitsBesideOthers + 1));
        Assert.True(turn.TryTake(Turn.UnitsBesideOthers));
        Assert.True(turn.IsOver);
        Assert.False(turn.TryTake(1));
    }

    [Test]
    public void TryTake_WhereItMayWait_GrantsTheFirstWhateverItCosts()
    {
        var turn = new Turn(mayBlock: true);
        Assert.True(turn.TryTake(100L * Turn.UnitsOffloaded));
        Assert.True(turn.IsOver);
        Assert.False(turn.TryTake(1));
    }

    [Test]
    public void TryTake_BehindMuchElse_WaitsForTheNextTurnWhenItIsTooMuch()
    {
        const int Much = Turn.UnitsBesideOthers + 1;
        var turn = new Turn(mayBlock: true);
        Assert.True(turn.TryTake(Much));
        Assert.False(turn.TryTake(Turn.UnitsOffloaded));
        Assert.True(turn.TryTake(Turn.UnitsOffloaded - Much));
    }

    [Test]
    public void TryTake_LargeThingBehindLittle_IsGranted()
    {
        var turn = new Turn(mayBlock: true);
        turn.Take(100 * Turn.RowCost);
        Assert.True(turn.TryTake(2L * Turn.UnitsOffloaded));
    }

    [Test]
    public void Take_WhatWasDone_CountsEvenBeyondTheEnd()
    {
        var turn = new Turn(mayBlock: false);
        turn.Take(2L * Turn.UnitsBesideOthers);
        Assert.True(turn.IsOver);
    }

    [Test]
    public void Unbounded_Turn_IsNeverOver()
    {
        var turn = Turn.Unbounded();
        for (int i = 0; i < 1000; i++) Assert.True(turn.TryTake(Turn.UnitsOffloaded));
    }
}
