using System.Collections.Concurrent;
using Atproto.Syntax;
using AtCid = Atproto.Multiformats.Cid;

namespace Samples.World;

/// <summary>Changes an answer of an honest host on its way; see <see cref="Lies"/>.</summary>
public delegate WorldAnswer Lie(WorldRequest request, HostedRepo repo, WorldAnswer honest);

/// <summary>
/// A host of some of the accounts: it answers as its kind does, and lies when it is told to. No
/// socket: <see cref="WorldHandler"/> and <see cref="WorldServer"/> are its two ways out.
/// </summary>
/// <param name="network">Whose accounts it may have.</param>
/// <param name="traits">How it behaves.</param>
public sealed partial class WorldHost(WorldNetwork network, HostTraits traits)
{
    private readonly ConcurrentQueue<string> _log = new();
    private int _requests;

    public WorldNetwork Network { get; } = network;

    public HostTraits Traits { get; set; } = traits;

    /// <summary>Where it is reached.</summary>
    public Uri Url { get; set; } = new("https://host.example");

    /// <summary>Whether it tells of every account of the network, and has no repos.</summary>
    public bool IsRelay { get; init; }

    /// <summary>So many repos that do not exist it lists, in place of those there are.</summary>
    public int MadeUpRepos { get; init; }

    /// <summary>What it does to its answers about repos.</summary>
    public Lie? Lie { get; set; }

    /// <summary>Happens before an answer, under the gate.</summary>
    public Action<WorldRequest> BeforeAnswer { get; set; } = static _ => { };

    /// <summary>Happens behind it, before it is sent, under the gate.</summary>
    public Action<WorldRequest> AfterAnswer { get; set; } = static _ => { };

    /// <summary>Requests that came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Names of the methods asked for, the last ten thousand.</summary>
    public IEnumerable<string> Methods => _log;

    public WorldAnswer Answer(WorldRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Interlocked.Increment(ref _requests);
        _log.Enqueue(request.Method);
        if (_log.Count > 10_000) _log.TryDequeue(out _);
        lock (Network.Gate)
        {
            BeforeAnswer(request);
            var answer = Honest(request, out var repo);
            if (Lie is not null && repo is not null) answer = Lie(request, repo, answer);
            AfterAnswer(request);
            return answer;
        }
    }

    private WorldAnswer Honest(WorldRequest request, out WorldRepo? repo)
    {
        repo = null;
        if (request.Nsid.Length == 0) return Document(request.Path.TrimStart('/'));
        switch (request.Method)
        {
            case "listRepos": return ListRepos(request);
            case "listHosts" when IsRelay: return ListHosts();
            case "describeServer": return DescribeServer();
            case "resolveHandle": return ResolveHandle(request["handle"]);
            case "_health": return WorldAnswer.OfJson(json => json.WriteString("version", "1"));
        }

        string did = request["did"];
        if (request.Method == "describeRepo") did = request["repo"];
        bool isMine = Network.Accounts.TryGetValue(did, out var account)
            && (account.Host == this || IsRelay);
        if (!isMine) return WorldAnswer.Error(400, "RepoNotFound");
        if (request.Method == "getRepoStatus") return Status(account!);
        if (IsRelay) return WorldAnswer.Error(404, "XRPCNotSupported");
        if (account!.State != AccountState.Active)
        {
            return WorldAnswer.Error(400, account.State.Error());
        }

        repo = account.Repo;
        return AboutRepo(request, account);
    }

    private WorldAnswer AboutRepo(WorldRequest request, WorldAccount account)
    {
        var repo = account.Repo;
        return request.Method switch
        {
            "getRecord" when Traits.HasRecord => Record(repo, request),
            "getBlocks" when Traits.Missing != MissingBlock.NoMethod => Blocks(repo, request),
            "getRepo" when Traits.HasRepo => WorldAnswer.OfCar(repo.Export()),
            "getRepoCollections" when Traits.HasCollections => Page(repo, request),
            "getLatestCommit" => WorldAnswer.OfJson(json =>
            {
                json.WriteString("cid", repo.Commit.Cid.ToString());
                json.WriteString("rev", repo.Rev);
            }),
            "describeRepo" when Traits.HasDescribe => Describe(account),
            _ => WorldAnswer.Error(Traits.NoMethodStatus, "MethodNotImplemented"),
        };
    }

    private WorldAnswer Record(WorldRepo repo, WorldRequest request)
    {
        string collection = request["collection"];
        string rkey = request["rkey"];
        bool isRefused = Traits.IsStrict
            && !(Nsid.TryParse(collection, out _) && RecordKey.TryParse(rkey, out _));
        if (isRefused) return WorldAnswer.Error(400, "InvalidRequest");
        byte[] proof = repo.Proof($"{collection}/{rkey}", out bool isPresent);
        if (isPresent) return WorldAnswer.OfCar(proof);
        return Traits.Absent switch
        {
            AbsentRecord.Proof => WorldAnswer.OfCar(proof),
            AbsentRecord.ServerError => WorldAnswer.Error(500, "InternalServerError"),
            AbsentRecord.RecordNotFound => WorldAnswer.Error(400, "RecordNotFound"),
            AbsentRecord.NotFound => WorldAnswer.Error(404, "NotFound"),
            _ => WorldAnswer.Error(400, "InvalidRequest"),
        };
    }

    private WorldAnswer Blocks(WorldRepo repo, WorldRequest request)
    {
        string[] texts = request.Query.GetValues("cids") ?? [];
        if (Traits.WantsCommas)
        {
            if (texts.Length != 1) return WorldAnswer.Error(400, "InvalidRequest");
            texts = texts[0].Split(',');
        }

        var car = new System.Buffers.ArrayBufferWriter<byte>();
        if (Traits.BlocksNameHead) Atproto.Car.CarWriter.WriteHeader(car, repo.Commit.Cid);
        else Atproto.Car.CarWriter.WriteHeader(car);
        foreach (string text in texts)
        {
            byte[] ascii = System.Text.Encoding.ASCII.GetBytes(text);
            bool isCid = AtCid.TryParse(ascii, out var cid);
            if (!isCid) return WorldAnswer.Error(400, "InvalidRequest");
            if (repo.Block(cid) is { } block) Atproto.Car.CarWriter.WriteSection(car, cid, block);
            else if (Traits.Missing == MissingBlock.LeftOut) continue;
            else return BlockMissing();
        }

        return WorldAnswer.OfCar(car.WrittenSpan.ToArray());
    }

    private WorldAnswer BlockMissing() => Traits.Missing switch
    {
        MissingBlock.ServerError => WorldAnswer.Error(500, "InternalServerError"),
        MissingBlock.BlockNotFound => WorldAnswer.Error(400, "BlockNotFound"),
        _ => WorldAnswer.Error(400, "InvalidRequest", "Could not find cids"),
    };

    private static WorldAnswer Page(WorldRepo repo, WorldRequest request)
    {
        string commit = request["commit"];
        if (commit.Length > 0 && commit != repo.Commit.Cid.ToString())
        {
            return WorldAnswer.Error(400, "CommitChanged");
        }

        string after = request["after"];
        int limit = request.Number("limit", 1000);
        return WorldAnswer.OfCar(repo.ProvenPage(after.Length == 0 ? null : after, limit));
    }
}
