using System.Text;

namespace Http.Connections;

/// <summary>The Date header line (RFC 9110 §6.6.1), made once a second and shared.</summary>
internal sealed class DateHeader(TimeProvider time)
{
    private Line _line = new(long.MinValue, []);

    internal ReadOnlySpan<byte> Current
    {
        get
        {
            var now = time.GetUtcNow();
            long second = now.Ticks / TimeSpan.TicksPerSecond;
            var line = Volatile.Read(ref _line);
            if (line.Second != second)
            {
                line = new Line(second, Encoding.ASCII.GetBytes($"Date: {now:R}\r\n"));
                Volatile.Write(ref _line, line);
            }

            return line.Bytes;
        }
    }

    private sealed record Line(long Second, byte[] Bytes);
}
