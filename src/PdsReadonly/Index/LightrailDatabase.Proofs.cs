using Atproto.Multiformats;
using Atproto.Syntax;

namespace PdsReadonly.Index;

/// <summary>A proof of a repo's collections as it was kept.</summary>
/// <param name="Commit">The commit it holds for.</param>
/// <param name="Car">As sync.getRepoCollections answers it, whole.</param>
internal sealed record KeptProof(Cid Commit, byte[] Car);

// Proofs that are kept, and what is told of hosts and repos.
internal sealed partial class LightrailDatabase
{
    private const int NotesMax = 1000;

    /// <summary>
    /// Keeps the proof of a repo's collections in place of the one before; the oldest ones give
    /// way. One that is larger than all room is not kept.
    /// </summary>
    internal void KeepProof(Did did, Cid commit, ReadOnlyMemory<byte> car) => InTransaction(() =>
    {
        if (FindRepo(did) is not { State.Status: not AccountStatus.Deleted } repo) return;
        DropProof(repo.FirstSeen);
        if (car.Length > ProofBytesMax) return;
        Span<byte> room = stackalloc byte[Cid.Bytes];
        Statement("INSERT INTO proof(repo, head, bytes, car) VALUES(?1, ?2, ?3, ?4)")
            .Bind(1, repo.FirstSeen).BindCid(2, commit, room).Bind(3, (long)car.Length)
            .BindBlob(4, car.Span).Run();
        _totals = _totals with
        {
            Proofs = _totals.Proofs + 1,
            ProofBytes = _totals.ProofBytes + car.Length,
        };
        while (_totals.ProofBytes > ProofBytesMax) DropOldestProof();
    });

    /// <summary>Has something told and counted.</summary>
    /// <param name="kind">What.</param>
    /// <param name="about">A DID, or a host's URL.</param>
    /// <param name="detail">In words.</param>
    internal void Tell(NoteKind kind, string about, string detail) =>
        InTransaction(() => AddNote(kind, about, detail));

    /// <summary>The newest notes, newest first.</summary>
    internal List<Note> Notes(int limit)
    {
        lock (Gate)
        {
            var notes = new List<Note>();
            var statement = Statement(
                "SELECT at, kind, about, detail FROM note ORDER BY id DESC LIMIT ?1")
                .Bind(1, (long)limit);
            while (statement.Step())
            {
                notes.Add(new Note(
                    statement.Int64(0), (NoteKind)statement.Int64(1), statement.Text(2)!,
                    statement.Text(3)!));
            }

            statement.Reset();
            return notes;
        }
    }

    private void AddNote(NoteKind kind, string about, string detail, int count = 1)
    {
        Statement("INSERT INTO note(at, kind, about, detail) VALUES(?1, ?2, ?3, ?4)")
            .Bind(1, Now).Bind(2, (long)kind).BindString(3, PrintableText.Of(about))
            .BindString(4, PrintableText.Of(detail)).Run();
        Statement("DELETE FROM note WHERE id <= (SELECT max(id) FROM note) - ?1")
            .Bind(1, (long)NotesMax).Run();
        _totals = _totals.With(kind, count);
    }

    private void DropOldestProof()
    {
        var statement = Statement("SELECT repo FROM proof ORDER BY id LIMIT 1");
        statement.Step();
        long repo = statement.Int64(0);
        statement.Reset();
        DropProof(repo);
    }

    private void DropProof(long repo)
    {
        var statement = Statement("SELECT bytes FROM proof WHERE repo = ?1").Bind(1, repo);
        bool isThere = statement.Step();
        long bytes = isThere ? statement.Int64(0) : 0;
        statement.Reset();
        if (!isThere) return;
        Statement("DELETE FROM proof WHERE repo = ?1").Bind(1, repo).Run();
        _totals = _totals with
        {
            Proofs = _totals.Proofs - 1,
            ProofBytes = _totals.ProofBytes - bytes,
        };
    }
}
