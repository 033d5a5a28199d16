using Bench.Http;

namespace Bench.Attacks;

/// <summary>
/// Everyone else: records over a kept connection, records over fresh ones, and proofs, which the
/// server makes beside its loops.
/// </summary>
internal sealed class NormalClients : IDisposable
{
    private readonly NormalClient _kept;
    private readonly NormalClient _fresh;
    private readonly NormalClient _proofs;

    internal NormalClients(OwnServer server, AttackArchive archive)
    {
        byte[][] records = [.. archive.RecordPaths.Select(RawConnection.Get)];
        byte[][] proofs = [.. archive.ProofPaths.Select(RawConnection.Get)];
        _kept = new NormalClient(server.EndPoint, records, keeps: true);
        _fresh = new NormalClient(server.EndPoint, records, keeps: false);
        _proofs = new NormalClient(server.EndPoint, proofs, keeps: true);
    }

    internal void Begin()
    {
        _kept.Begin();
        _fresh.Begin();
        _proofs.Begin();
    }

    internal (RequestTimes Kept, RequestTimes Fresh, RequestTimes Proofs) Times() =>
        (_kept.Times(), _fresh.Times(), _proofs.Times());

    internal void Print(string when)
    {
        Report.Row($"getRecord, kept, {when}", _kept.Print());
        Report.Row($"getRecord, fresh, {when}", _fresh.Print());
        Report.Row($"proof, kept, {when}", _proofs.Print());
        Report.Row($"the client's own lateness, {when}", _kept.PrintOverslept());
    }

    public void Dispose()
    {
        _kept.Dispose();
        _fresh.Dispose();
        _proofs.Dispose();
    }
}
