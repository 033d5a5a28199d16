using System.IO.Compression;
using EndToEnd.Tests.Archive;
using EndToEnd.Tests.Harness;
using Samples;

namespace EndToEnd.Tests.Server;

/// <summary>
/// SIGTERM ends the process with exit code 0 whatever it is at; the harness kills it as container
/// engines do, which is another code.
/// </summary>
public sealed class StopTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Sigterm_LookingThroughAHugeTree_EndsWith0()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 200; i++)
        {
            for (int j = 0; j < 100; j++) Directory.CreateDirectory(folder[$"cars/{i}/{j}"]);
        }

        SmallRepo.Write(folder.Location, "x");
        await using var child = Start(folder, folder["cars"], folder["x.car"]);
        // The data folder is made first, so it is looking by then, or is to begin.
        while (!Directory.Exists(folder["data/unpacked"])) await Task.Yield();

        Assert.Equal(0, await child.StopAsync());
    }

    [Test]
    [Arguments(0)]         // zeros: little to read, much to write
    [Arguments(200_000)]   // members that are empty: much to read, nothing to write
    public async Task Sigterm_Unpacking_EndsWith0(int members)
    {
        using var folder = new TemporaryFolder();
        await using (var file = File.Create(folder["x.car.gz"]))
        {
            if (members == 0) await WriteZerosAsync(file, megabytes: 500);
            byte[] empty = Empty();
            for (int i = 0; i < members; i++) file.Write(empty);
        }

        await using var child = Start(folder, folder["x.car.gz"]);
        await child.Output.WaitForAsync("loading 1 file", s_limit);

        Assert.Equal(0, await child.StopAsync());
        Assert.Empty(Directory.EnumerateFiles(folder["data/unpacked"], "*.tmp"));
    }

    [Test]
    public async Task Sigterm_WhileWalkingAndInserting_EndsWith0AndTheNextStartServes()
    {
        using var folder = new TemporaryFolder();
        BigRepo.Write(folder["big.car"], 150_000, CarOrder.Shuffled, seed: 8);
        for (int i = 0; i < 5; i++)
        {
            if (i > 0) Directory.Delete(folder["data"], recursive: true);
            await using var child = Start(folder, folder["big.car"]);
            await child.Output.WaitForAsync("loading 1 file", s_limit);
            // The index is made when the walk begins.
            while (i > 0 && !Directory.EnumerateFiles(folder["data/indexes"]).Any())
            {
                await Task.Yield();
            }

            Assert.Equal(0, await child.StopAsync());
            Assert.DoesNotContain("refused", child.Output.ToString(), StringComparison.Ordinal);
        }

        await using var last = Start(folder, folder["big.car"]);
        await last.Output.WaitForAsync("ready: 1 repo served", s_limit);
        Assert.Equal(0, await last.StopAsync());
    }

    [Test]
    public async Task Sigterm_WhatDoesNotReturn_IsEndedAllTheSame()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip.Test("locks files as SQLite does on Linux");
            return;
        }

        using var folder = new TemporaryFolder();
        SmallRepo.Write(folder.Location, "x");
        await using (var first = Start(folder, folder["x.car"]))
        {
            await first.Output.WaitForAsync("ready: ", s_limit);
            Assert.Equal(0, await first.StopAsync());
        }

        // Where SQLite looks whether others write: it waits for them for half a minute.
        const long LockBytesStart = 0x40000000;
        await using var catalog = new FileStream(
            folder["data/catalog.sqlite"], FileMode.Open, FileAccess.ReadWrite,
            FileShare.ReadWrite);
        catalog.Lock(LockBytesStart, 512);
        // Signed by each process that has it, before it opens the catalog.
        var signed = File.GetLastWriteTimeUtc(folder["data/lock"]);
        await using var child = Start(folder, folder["x.car"]);
        while (File.GetLastWriteTimeUtc(folder["data/lock"]) == signed) await Task.Yield();

        Assert.Equal(0, await child.StopAsync());
        Assert.Contains(
            "not all that was under way could be ended in time", child.Output.ToString(),
            StringComparison.Ordinal);
    }

    private static ChildProcess Start(TemporaryFolder folder, params string[] cars) =>
        ChildProcess.Start(
            PublishedBinary.Location,
            [.. cars, "--data", folder["data"], "--port", "0", "--bind", "127.0.0.1"]);

    private static async Task WriteZerosAsync(Stream target, int megabytes)
    {
        byte[] zeros = new byte[1 << 20];
        await using var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true);
        // Noise in front, since what unpacks to a hundred times its size is refused.
        byte[] noise = new byte[megabytes << 14];
        new Random(1).NextBytes(noise);
        await gzip.WriteAsync(noise);
        for (int i = 0; i < megabytes; i++) await gzip.WriteAsync(zeros);
    }

    // A member without content: head, an empty last block, checksum and length (RFC 1952).
    private static byte[] Empty() =>
        Convert.FromHexString("1f8b0800000000000003030000000000" + "00000000");
}
