using System.Buffers;
using Atproto.Car;
using Atproto.Multiformats;
using Atproto.Mst;
using PdsReadonly.Lightrail;
using PdsReadonly.Upstream;
using Samples;
using Samples.World;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Nodes picked out of an export, however it arrives.</summary>
public sealed class ExportedNodesTests : IDisposable
{
    private readonly WalkRoom _room = new();
    private long _taken;
    private readonly SampleKey _key = SampleKey.FromSeed(SampleCurve.P256, "exported");
    private readonly WorldRepo _repo;
    private readonly byte[] _export;

    public ExportedNodesTests()
    {
        var paths = Enumerable.Range(0, 300).Select(i => $"com.example.c{i % 7}/{i:d4}");
        _repo = new WorldRepo(SampleIdentity.Plc("exported"), _key, paths);
        _export = _repo.Export();
    }

    public void Dispose()
    {
        _key.Dispose();
        _room.Dispose();
    }

    [Test]
    [Arguments(1, 1 << 20)]
    [Arguments(7, 1 << 20)]
    [Arguments(1000, 1 << 20)]
    [Arguments(1 << 20, 1 << 20)]
    [Arguments(1000, 0)]  // all in a file
    [Arguments(1000, 5000)]  // the first in memory, and then in a file
    public void Take_PiecesOfAnySize_GivesEveryNode(int pieceBytes, int memoryBytesMax)
    {
        using var nodes = new ExportedNodes(long.MaxValue, _room, memoryBytesMax);
        Assert.True(Feed(nodes, _export, pieceBytes));
        Assert.Equal(_repo.Commit.Cid, nodes.Commit!.Cid);
        Assert.True(CountFound(nodes) > 50);
    }

    [Test]
    public void ClaimedKeys_ThatAHostChoseToMeet_DoNot()
    {
        // All of these have the platform's plain hash 0: both halves are the same.
        var keys = Enumerable.Range(0, 10_000).Select(i => ((ulong)i << 32) | (uint)i).ToList();
        Assert.Single(keys.Select(key => key.GetHashCode()).Distinct());
        var hashes = keys.Select(ExportedNodes.ClaimedKeys.Instance.GetHashCode).Distinct();
        Assert.InRange(hashes.Count(), 9_900, 10_000);
    }

    [Test]
    public void Take_AnyOrderOfBlocks_GivesEveryNode()
    {
        var sections = Sections(_export);
        new Random(3).Shuffle(sections);
        using var nodes = new ExportedNodes(long.MaxValue, _room);
        Assert.True(Feed(nodes, CarOf(sections), 500));
        Assert.Equal(_repo.Commit.Cid, nodes.Commit!.Cid);
        Assert.True(CountFound(nodes) > 50);
    }

    [Test]
    public void Take_CutOffAnywhere_GivesWhatCame()
    {
        int last = 0;
        for (int length = 0; length <= _export.Length; length += 97)
        {
            using var nodes = new ExportedNodes(long.MaxValue, _room);
            Assert.True(Feed(nodes, _export.AsSpan(0, length), 4096));
            int found = nodes.Commit is null ? 0 : CountFound(nodes);
            Assert.True(found >= last);
            last = found;
        }

        Assert.True(last > 50);
    }

    [Test]
    public void Begin_AfterWhatWasCutOff_BeginsAnew()
    {
        using var nodes = new ExportedNodes(long.MaxValue, _room, 5000);
        Feed(nodes, _export.AsSpan(0, _export.Length / 2), 100);
        Assert.True(Feed(nodes, _export, 1000));
        Assert.True(CountFound(nodes) > 50);
    }

    [Test]
    public void Take_WithoutMemoryForNodes_PutsThemInAFile()
    {
        using var room = RoomOf(memory: 30_000, disk: 1 << 20);
        using var nodes = new ExportedNodes(long.MaxValue, room);
        Assert.True(Feed(nodes, _export, 1000));
        Assert.True(CountFound(nodes) > 50);
        Assert.InRange(room.Disk.Bytes, 5_000, 1 << 20);
        Assert.Equal(Unproven.None, room.Shortage);
        nodes.Dispose();
        Assert.Equal((_taken, 0), (room.Memory.Bytes, room.Disk.Bytes));
    }

    [Test]
    // For places; on the disk; a disk that is none.
    [Arguments(10_000, 1 << 20, null)]
    [Arguments(30_000, 10_000, null)]
    [Arguments(30_000, 1 << 20, "/nowhere/at/all")]
    public void Take_WithoutRoom_WantsNoMoreAndIsNobodysFault(int memory, int disk, string? folder)
    {
        using var room = RoomOf(memory, disk, folder);
        using var nodes = new ExportedNodes(long.MaxValue, room);
        Assert.False(Feed(nodes, _export, 1000));
        Assert.NotEqual(Unproven.None, room.Shortage);
        Assert.Null(nodes.Fault);
        nodes.Dispose();
        Assert.Equal((_taken, 0), (room.Memory.Bytes, room.Disk.Bytes));
    }

    [Test]
    public void TryMove_OfANodeThatIsAnother_IsFalse()
    {
        var sections = Sections(_export);
        int root = Array.FindIndex(sections, section => section.Cid == _repo.Data);
        byte[] other = [.. sections[root].Bytes];
        other[^1] ^= 1;
        sections[root] = (_repo.Data, other);
        using var nodes = new ExportedNodes(long.MaxValue, _room);
        Feed(nodes, CarOf(sections), 1000);
        Assert.False(nodes.TryMove(_repo.Data, new SparseTree()));
    }

    [Test]
    [Arguments("00", nameof(CarError.HeaderMalformed))]
    [Arguments("ffffffffff7f", nameof(CarError.LengthMalformed))]
    [Arguments("3c21444f43545950452068746d6c3e", null)]  // a page: "<!DOCTYPE html>"
    public void Take_WhatIsNoCar_IsRefused(string hex, string? code)
    {
        using var nodes = new ExportedNodes(long.MaxValue, _room);
        bool isWanted = Feed(nodes, Convert.FromHexString(hex), 100);
        Assert.Null(nodes.Commit);
        Assert.Equal(code is null, isWanted);
        Assert.Equal(code, nodes.Fault?.Code);
    }

    [Test]
    public void Take_ACommitThatIsAnother_IsRefused()
    {
        var sections = Sections(_export);
        sections[0].Bytes[^1] ^= 1;
        using var nodes = new ExportedNodes(long.MaxValue, _room);
        Assert.False(Feed(nodes, CarOf(sections), 1000));
        Assert.Equal(nameof(CarError.CidMismatch), nodes.Fault?.Code);
    }

    [Test]
    public void Take_AnyBytes_NeverThrows()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = [.. _export];
            for (int i = 0; i < 20; i++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using var nodes = new ExportedNodes(
                long.MaxValue, _room, random.Next(20_000));
            Feed(nodes, bytes, 1 + random.Next(5000));
            nodes.TryMove(_repo.Data, new SparseTree());
        }
    }

    private static bool Feed(ExportedNodes nodes, ReadOnlySpan<byte> car, int pieceBytes)
    {
        nodes.Begin();
        for (int at = 0; at < car.Length; at += pieceBytes)
        {
            if (!nodes.Take(car[at..Math.Min(at + pieceBytes, car.Length)])) return false;
        }

        return true;
    }

    private int CountFound(ExportedNodes nodes)
    {
        var tree = new SparseTree();
        return Sections(_export).Count(section =>
            MstNode.LooksLikeNode(section.Bytes) && nodes.TryMove(section.Cid, tree));
    }

    private static (Cid Cid, byte[] Bytes)[] Sections(ReadOnlySpan<byte> car)
    {
        Assert.Equal(CarStatus.Done, CarHeader.Read(car, out _, out int at, out _));
        var sections = new List<(Cid, byte[])>();
        while (CarSection.Read(car[at..], out var section, out _, out _) == CarStatus.Done)
        {
            byte[] bytes = car.Slice(at + section.DataStart, section.DataLength).ToArray();
            sections.Add((section.Cid, bytes));
            at += section.Length;
        }

        return [.. sections];
    }

    private byte[] CarOf((Cid Cid, byte[] Bytes)[] sections)
    {
        var car = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(car, _repo.Commit.Cid);
        foreach (var (cid, bytes) in sections) CarWriter.WriteSection(car, cid, bytes);
        return car.WrittenSpan.ToArray();
    }

    // So much left for the nodes.
    private WalkRoom RoomOf(int memory, int disk, string? folder = null)
    {
        var room = new WalkRoom(new RoomBudget(0), new RoomBudget(disk), folder);
        _taken = WalkRoom.OwnBytes - memory;
        Assert.True(room.Memory.TryTake(_taken));
        return room;
    }
}
