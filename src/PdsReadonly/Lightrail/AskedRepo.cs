using Atproto.Repo;
using Atproto.Syntax;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// One repo while it is asked for: its nodes so far, what a host was asked, and what went wrong.
/// For one thread at a time.
/// </summary>
internal sealed class AskedRepo(
    SparseRepo repo, XrpcClient client, HostProfile host, WalkRoom room, CommitInbox? stream,
    int requestsMax) : IDisposable
{
    /// <summary>Bytes of one answer, exports aside.</summary>
    internal const int AnswerBytesMax = 8 * 1024 * 1024;

    // Legal everywhere, and before every other record that is.
    private const string LeastRecord = "&collection=A.A.A&rkey=-";

    // Of tens of thousands of collections: read as JSON it takes many times that.
    private const int DescribeBytesMax = 1024 * 1024;

    // A record, and the nodes on the way to it.
    private const int ProofBytesMax = 2 * 1024 * 1024;

    // Over all answers, exports aside. Those about ten thousand collections take a fifth of it.
    private const long BytesMax = 256 * 1024 * 1024;

    private const int NotesMax = 6;

    // Hosts are ahead of the stream by no more, if it goes well.
    private static readonly TimeSpan s_lagMax = TimeSpan.FromSeconds(1);

    private readonly int _requestsBefore = client.Requests;
    private readonly long _bytesBefore = client.Bytes;
    private readonly List<string> _notes = [];
    private readonly List<WholeBody> _bodies = [];
    private long _exportBytes;
    private bool _isHeard;
    private bool _isProbeDenied;
    private bool _isAheadOfStream;

    // Whether a commit was there before the answer under way.
    private bool _isBegun;

    internal SparseRepo Repo => repo;

    internal HostProfile Host => host;

    internal bool HasStream => stream is not null;

    /// <summary>Nodes of an export, to be looked at before a host is asked for one.</summary>
    internal ExportedNodes? Export { get; private set; }

    /// <summary>Proofs that the host refused since the last it gave.</summary>
    internal int ProbesRefused { get; private set; }

    /// <summary>Whether it gave any.</summary>
    internal bool HasProbed { get; private set; }

    /// <summary>
    /// Whether the host minds that a record is absent, as far as this repo tells.
    /// </summary>
    internal bool IsProbingVain =>
        !HasProbed && (_isProbeDenied || ProbesRefused >= ProbeSource.RefusalsMax);

    /// <summary>To the last request.</summary>
    internal XrpcAnswer LastAnswer { get; private set; }

    /// <summary>
    /// Whether other requests will fare no better than the last: the host wants to be left alone,
    /// says that there is nothing to ask for, or was never heard of; or it is we who cannot.
    /// </summary>
    internal bool IsHopeless => IsGone || Shortage != Unproven.None
        || (LastAnswer.Status == XrpcStatus.Busy && LastAnswer.Code is 0 or 429)
        || (LastAnswer.Status == XrpcStatus.Unreachable && !_isHeard);

    /// <summary>Whether the host says that there is no such repo, or none to be seen.</summary>
    internal bool IsGone { get; private set; }

    /// <summary>
    /// Which room there is too little of, if any was refused: nothing that follows from it is the
    /// host's fault.
    /// </summary>
    internal Unproven Shortage => room.Shortage != Unproven.None ? room.Shortage
        : repo.Tree.IsFull ? Unproven.TooLarge
        : repo.Tree.IsShort ? Unproven.NoRoom
        : Unproven.None;

    internal int Requests => client.Requests - _requestsBefore;

    internal long Bytes => client.Bytes - _bytesBefore;

    internal int RequestsLeft => requestsMax - Requests;

    /// <summary>Whether no more may be asked for.</summary>
    internal bool IsSpent => RequestsLeft <= 0 || Bytes - _exportBytes > BytesMax;

    /// <summary>What went wrong on the way, in words; null when nothing did.</summary>
    internal string? Detail => _notes.Count == 0 ? null : string.Join("; ", _notes);

    public void Dispose()
    {
        DropBodies();
        Export?.Dispose();
    }

    /// <summary>
    /// Takes in what the stream has, and goes as far as the nodes at hand allow; null without a
    /// commit.
    /// </summary>
    internal CollectionsResult? Find()
    {
        Drain();
        if (repo.Commit is null) return null;
        while (true)
        {
            var result = repo.FindCollections();
            bool isFound = result.Missing is { } missing && Export is not null
                && Export.TryMove(missing.Cid, repo.Tree);
            if (!isFound) return result;
        }
    }

    /// <summary>
    /// The same. But what lies between a host's answer and the commit before it is on the stream in
    /// a moment: before anyone is asked for it again, that is waited for.
    /// </summary>
    internal async ValueTask<CollectionsResult?> FindAsync(CancellationToken cancellation)
    {
        var found = Find();
        var start = client.Time.GetUtcNow();
        while (_isAheadOfStream && found?.Missing is not null)
        {
            var left = start + s_lagMax - client.Time.GetUtcNow();
            if (left <= TimeSpan.Zero) break;
            await stream!.WaitAsync(left, client.Time, cancellation);
            found = Find();
        }

        _isAheadOfStream = false;
        return found;
    }

    /// <summary>Asks for the proof of the first record that may be: the tree's left edge.</summary>
    internal Task<bool> ProbeAsync(CancellationToken cancellation) =>
        ProbeAsync(LeastRecord, cancellation);

    /// <summary>Asks for the proof of a record, there or not.</summary>
    internal async Task<bool> ProbeAsync(string record, CancellationToken cancellation)
    {
        bool isGiven = await AskAsync("getRecord", record, cancellation);
        HasProbed |= isGiven;
        _isProbeDenied |= LastAnswer.Status
            is XrpcStatus.Denied or XrpcStatus.NoMethod or XrpcStatus.Failed;
        bool isSilent = LastAnswer.Status is XrpcStatus.Busy or XrpcStatus.Unreachable;
        if (isGiven) ProbesRefused = 0;
        else if (!isSilent) ProbesRefused++;
        return isGiven;
    }

    /// <summary>Asks for an answer with a commit, and takes it in.</summary>
    /// <returns>Whether there was one that proves something, of an older commit too.</returns>
    internal async Task<bool> AskAsync(
        string method, string parameters, CancellationToken cancellation)
    {
        var answer = await GetAsync(method, parameters, cancellation);
        return answer.Status == XrpcStatus.Given && Take(method, answer.Body.Span);
    }

    /// <summary>Takes in an answer with a commit.</summary>
    internal bool Take(string method, ReadOnlySpan<byte> car) =>
        Took(method, repo.Take(car, out var fault), fault);

    /// <summary>Takes in a commit alone.</summary>
    internal bool Take(string method, Commit commit) =>
        Took(method, repo.Take(commit, out var fault), fault);

    /// <summary>Notes that an answer is not what was asked for.</summary>
    internal void Blame(string method, RepoFault? fault)
    {
        if (Shortage == Unproven.None) host.AddFault();
        Note($"{method}: {fault}");
    }

    /// <summary>
    /// Asks, and leaves the answer to the caller: its body is there until something else is asked.
    /// </summary>
    /// <param name="method">The last word of a method of com.atproto.sync.</param>
    /// <param name="parameters">Behind the DID: "&amp;limit=…".</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    /// <param name="bytesMax">Of the answer.</param>
    internal async Task<XrpcAnswer> GetAsync(
        string method, string parameters, CancellationToken cancellation,
        int bytesMax = AnswerBytesMax)
    {
        DropBodies();
        var answer = await ReadAsync(Query(method, parameters), bytesMax, cancellation);
        Note(method, answer);
        return answer;
    }

    /// <summary>Several at once, each as <see cref="GetAsync"/>.</summary>
    internal async Task<XrpcAnswer[]> GetAllAsync(
        string method, IEnumerable<string> parameters, CancellationToken cancellation)
    {
        DropBodies();
        var answers = await Task.WhenAll(parameters.Select(each =>
            ReadAsync(Query(method, each), ProofBytesMax, cancellation)));
        foreach (var answer in answers) Note(method, answer);
        return answers;
    }

    /// <summary>Asks for the whole repo, whose nodes are kept until this is disposed of.</summary>
    internal async Task<bool> ExportAsync(long bytesMax, CancellationToken cancellation)
    {
        DropBodies();
        Export?.Dispose();
        Export = new ExportedNodes(bytesMax, room);
        long bytesBefore = Bytes;
        var answer = await client.GetAsync(Query("getRepo", ""), Export, cancellation);
        _exportBytes += Bytes - bytesBefore;
        Note("getRepo", answer);
        if (Export.Fault is { } fault) Blame("getRepo", fault);
        // Of an export that was cut off, what came is as good.
        bool isTaken = Export.Commit is { } commit && Take("getRepo", commit);
        Find();
        return isTaken && answer.Status == XrpcStatus.Given;
    }

    /// <summary>Asks what the host claims; null when it claims nothing.</summary>
    internal async Task<IReadOnlyList<string>?> DescribeAsync(CancellationToken cancellation)
    {
        string query = $"com.atproto.repo.describeRepo?repo={Escape(repo.Did.ToString())}";
        DropBodies();
        var answer = await ReadAsync(query, DescribeBytesMax, cancellation);
        Note("describeRepo", answer);
        if (answer.Status != XrpcStatus.Given) return null;
        var claimed = DescribedRepo.Read(answer.Body, repo.Did);
        if (claimed is null) Note("describeRepo: nothing about this repo");
        return claimed;
    }

    internal static string Escape(string text) => Uri.EscapeDataString(text);

    private Task<XrpcAnswer> ReadAsync(
        string query, int bytesMax, CancellationToken cancellation)
    {
        var body = new WholeBody(bytesMax, room.Memory);
        _bodies.Add(body);
        return client.GetWholeAsync(query, body, cancellation);
    }

    private void DropBodies()
    {
        foreach (var body in _bodies) body.Dispose();
        _bodies.Clear();
    }

    private bool Took(string method, TakeStatus status, RepoFault? fault)
    {
        // The first commit follows nothing that the stream could be about to bring.
        _isAheadOfStream |= status == TakeStatus.Newer && _isBegun && stream is not null;
        _isBegun |= repo.Commit is not null;
        if (status == TakeStatus.Refused) Blame(method, fault);
        // Of a replica that lags, which is no fault.
        else if (status == TakeStatus.Older) Note($"{method}: {fault?.Message}");
        return status != TakeStatus.Refused;
    }

    private void Drain()
    {
        while (stream is not null && stream.TryTake(out var car))
        {
            if (repo.Take(car.Span, out _) is TakeStatus.Same or TakeStatus.Newer)
            {
                _isAheadOfStream = false;
                _isBegun = true;
            }
        }
    }

    private string Query(string method, string parameters) =>
        $"com.atproto.sync.{method}?did={Escape(repo.Did.ToString())}{parameters}";

    private void Note(string method, XrpcAnswer answer)
    {
        LastAnswer = answer;
        _isHeard |= answer.Code > 0;
        if (answer.Status == XrpcStatus.Given) return;
        IsGone |= answer.Error is "RepoNotFound" or "RepoTakendown" or "RepoSuspended"
            or "RepoDeactivated" or "AccountTakedown" or "AccountDeactivated";
        Note($"{method}: {answer}");
    }

    private void Note(string note)
    {
        // What is wrong with an answer may be spelled by the host.
        note = PrintableText.Of(note);
        if (_notes.Contains(note)) return;
        if (_notes.Count == NotesMax) _notes.RemoveAt(0);
        _notes.Add(note);
    }
}
