using Atproto.Syntax;
using PdsReadonly.Lightrail;

namespace PdsReadonly.Tests.Lightrail;

public sealed class HeldCommitsTests
{
    private readonly FollowedRepo _repo = new();
    private readonly FollowedRepo _other = new("did:plc:bbbbbbbbbbbbbbbbbbbbbbbb");

    [Test]
    public void Add_AnyOrder_IsThatOfRevs()
    {
        var held = new HeldCommits();
        var first = _repo.Write("a.b.c/1");
        var second = _repo.Write("a.b.c/2");
        var third = _repo.Write("a.b.c/3");
        foreach (var commit in new[] { second, third, first, second })
        {
            Assert.True(held.Add(commit));
        }

        Assert.Equal([first, second, third], held.Of(_repo.Did));
        Assert.Equal(3, held.Count);
        held.Drop(_repo.Did, second.Commit.Rev);
        Assert.Equal([third], held.Of(_repo.Did));
        held.Drop(_repo.Did);
        Assert.Empty(held.Of(_repo.Did));
        Assert.Equal((0, 0), (held.Count, held.RepoCount));
    }

    [Test]
    public void Add_BeyondTheRepoRoom_DropsAllOfTheRepo()
    {
        var held = new HeldCommits(perRepoMax: 2);
        Assert.True(held.Add(_other.Write("a.b.c/1")));
        Assert.True(held.Add(_repo.Write("a.b.c/1")));
        Assert.True(held.Add(_repo.Write("a.b.c/2")));
        Assert.False(held.Add(_repo.Write("a.b.c/3")));
        Assert.False(held.Add(_repo.Write("a.b.c/4")));
        Assert.True(held.HasOverflowed(_repo.Did));
        Assert.False(held.HasOverflowed(_other.Did));
        Assert.Empty(held.Of(_repo.Did));
        Assert.Equal((1, 2), (held.Count, held.RepoCount));
        held.Drop(_repo.Did, default(Tid));
        Assert.False(held.HasOverflowed(_repo.Did));
        Assert.True(held.Add(_repo.Write("a.b.c/5")));
    }

    [Test]
    public void Add_BeyondAllRoom_DropsTheOneThatCame()
    {
        var held = new HeldCommits(allMax: 2);
        Assert.True(held.Add(_repo.Write("a.b.c/1")));
        Assert.True(held.Add(_repo.Write("a.b.c/2")));
        Assert.False(held.Add(_other.Write("a.b.c/1")));
        Assert.True(held.HasOverflowed(_other.Did));
        Assert.Equal(2, held.Of(_repo.Did).Count);
    }
}
