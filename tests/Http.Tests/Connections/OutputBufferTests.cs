using Http.Connections;

namespace Http.Tests.Connections;

public sealed class OutputBufferTests
{
    // Room behind what waits tells how large the buffer has become.
    private const int RoomMax = 64 * 1024;

    [Test]
    public void Append_TakenButNeverQuiteEmpty_DoesNotGrow()
    {
        var output = new OutputBuffer();
        byte next = 0;
        byte taken = 0;
        output.Append([next++]);
        for (int round = 0; round < 100_000; round++)
        {
            output.Append([next++, next++, next++]);
            foreach (byte value in output.Pending.Span[..3]) Assert.Equal(taken++, value);
            output.Taken(3);
        }

        Assert.Equal(1, output.PendingLength);
        Assert.InRange(output.GetMemory(1).Length, 1, RoomMax);
        output.Release();
    }

    [Test]
    public void Commit_TakenButNeverQuiteEmpty_DoesNotGrow()
    {
        var output = new OutputBuffer();
        output.Append([0]);
        for (int round = 0; round < 100_000; round++)
        {
            output.BeginBody();
            output.GetSpan(30)[..30].Fill((byte)(round + 1));
            output.Advance(30);
            output.Commit(1, withBody: true)[0] = (byte)round;

            byte[] expected = [(byte)round, .. Enumerable.Repeat((byte)(round + 1), 30)];
            Assert.Equal(expected, output.Pending.Span[1..].ToArray());
            output.Taken(31);
        }

        Assert.Equal(1, output.PendingLength);
        Assert.InRange(output.GetMemory(1).Length, 1, RoomMax);
        output.Release();
    }

    [Test]
    [Arguments(0)]
    [Arguments(100)]
    [Arguments(50_000)]
    public void DropBody_KeepsWhatWaits(int pending)
    {
        var output = new OutputBuffer();
        output.Append(new byte[pending]);
        output.BeginBody();
        output.GetSpan(200_000).Fill(1);
        output.Advance(200_000);
        output.DropBody();
        Assert.Equal(new byte[pending], output.Pending.ToArray());
        Assert.Equal(0, output.BodyLength);
        // Where the pool has none of the smallest, it gives a larger one.
        if (pending < 16 << 10) Assert.InRange(output.Capacity, 0, 64 << 10);
        output.Release();
    }

    [Test]
    [Arguments(0)]
    [Arguments(100)]
    public void ReplaceBody_TakesTheOthersBody(int pending)
    {
        var output = new OutputBuffer();
        output.Append(new byte[pending]);
        output.BeginBody();
        output.GetSpan(90_000);
        output.Advance(90_000);
        var other = new OutputBuffer();
        other.BeginBody();
        "packed"u8.CopyTo(other.GetSpan(6));
        other.Advance(6);
        output.ReplaceBody(other);
        Assert.Equal("packed"u8, output.Body);
        output.Commit(3, withBody: true).Fill((byte)'h');
        byte[] expected = [.. new byte[pending], .. "hhhpacked"u8];
        Assert.Equal(expected, output.Pending.ToArray());
        other.Release();
        output.Release();
    }
}
