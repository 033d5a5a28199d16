using System.Text;
using Atproto.Identity;
using Atproto.Tests.Identity;

namespace Fuzz.Targets;

/// <summary>PLC audit logs. Keys are made anew in each run: an input repeats a failure.</summary>
internal sealed class PlcTarget : FuzzTarget
{
    private readonly PlcLogBuilder _builder = new();

    public PlcTarget()
    {
        string first = _builder.Add(_builder.Operation(null, 0), _builder.Strong);
        string second = _builder.Add(_builder.Operation(first, 1), _builder.Weak, hours: 1);
        _builder.Add(_builder.Operation(second, 2), _builder.Strong, hours: 2);
        Seeds = [Encoding.UTF8.GetBytes(_builder.Entries.ToJsonString())];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    // Every case that is still JSON costs signatures.
    internal override int Share => 1;

    internal override void Run(byte[] input)
    {
        var error = PlcAuditLog.TryVerify(input, _builder.Did, out var log, out _);
        Assert.Equal(error == PlcLogError.None, log is not null);
    }

    public override void Dispose()
    {
        _builder.Dispose();
        base.Dispose();
    }
}
