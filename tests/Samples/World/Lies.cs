using System.Text;
using Atproto.Car;
using Atproto.Multiformats;

namespace Samples.World;

/// <summary>
/// Everything a host can do to one who asks for a repo. Of none of it may a wrong set of
/// collections come that is called proven.
/// </summary>
public static class Lies
{
    /// <summary>All of them about one repo, which should have a tree of some layers.</summary>
    /// <param name="repo">Gets some commits more.</param>
    /// <param name="stranger">A key that is not the account's.</param>
    /// <param name="seed">The same lies in the same order.</param>
    public static IReadOnlyList<MadeLie> About(WorldRepo repo, SampleKey stranger, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(repo);
        var random = new SampleRandom(seed);
        // What was before the last commits, and what could have been instead of them.
        var fork = new WorldRepo(repo.Did, repo.Key, repo.Paths.Where((_, i) => i % 3 > 0));
        fork.Write(["com.example.fork/self"], []);
        var old = Advance(repo, fork);
        return
        [
            .. Trees(repo, stranger), .. Commits(repo, stranger, old, fork),
            .. Blocks(random), .. Bodies(random), .. Answers(),
        ];
    }

    /// <summary>Serves another repo in the place of the one that is asked for.</summary>
    public static Lie Instead(HostedRepo other) =>
        (request, _, honest) => Serve(request, other) ?? honest;

    // One commit more than the fork has, of the same rev as the fork's by then.
    private static HostedRepo Advance(WorldRepo repo, WorldRepo fork)
    {
        var old = ForgedTree.Copy(repo);
        repo.Write(["com.example.new/self"], [repo.Paths[0]]);
        while (string.CompareOrdinal(fork.Rev, repo.Rev) < 0) fork.SignAnew();
        return old;
    }

    private static IEnumerable<MadeLie> Trees(WorldRepo repo, SampleKey stranger)
    {
        yield return Served("keys out of bounds", ForgedTree.OutOfBounds(repo));
        yield return Served("a layer too low", ForgedTree.TooLow(repo));
        yield return Served("a layer too high", ForgedTree.TooHigh(repo));
        yield return Served("a record for a tree", ForgedTree.NoNode(repo));
        yield return Served("a wrong signature", ForgedTree.Stranger(repo, stranger));
        yield return Turns("a wrong signature at times", ForgedTree.Stranger(repo, stranger));
        yield return Turns("keys out of bounds at times", ForgedTree.OutOfBounds(repo));
    }

    private static IEnumerable<MadeLie> Commits(
        WorldRepo repo, SampleKey stranger, HostedRepo old, WorldRepo fork)
    {
        var foreign = new WorldRepo(
            SampleIdentity.Plc("foreign to " + repo.Did), repo.Key, repo.Paths.Take(9));
        var unsigned = new WorldRepo(repo.Did, stranger, repo.Paths.Take(9));
        yield return Served("a foreign commit", foreign);
        yield return Turns("a foreign commit at times", foreign);
        yield return Served("a repo of a stranger's making", unsigned);
        yield return Served("a stale root", old);
        yield return Turns("a stale root at times", old);
        yield return Turns("the same rev with other data", fork) with { AlsoTrue = [fork] };
        yield return Served("another history", fork) with { AlsoTrue = [fork] };
    }

    private static IEnumerable<MadeLie> Blocks(SampleRandom random)
    {
        yield return Cars("a node dropped", (_, car) => car with
        {
            Blocks = [.. Without(car.Blocks, random)],
        });
        yield return Cars("nodes swapped", (_, car) => Swapped(car, random));
        yield return Cars("the commit alone", (_, car) => car with { Blocks = [car.Blocks[0]] });
        yield return Cars("no root", (_, car) => car with { Roots = [] });
        yield return Cars("a node for the root", (_, car) => car with
        {
            Roots = [car.Blocks[^1].Cid],
        });
        yield return Cars("blocks in another order", (_, car) =>
            car with { Blocks = [.. car.Blocks.Reverse()] });
        yield return Cars("the same blocks many times", (_, car) => car with
        {
            Blocks = [.. Enumerable.Repeat(car.Blocks, 20).SelectMany(blocks => blocks)],
        });
        yield return new MadeLie("the proof of another key", (request, repo, honest) =>
            request.Method == "getRecord"
                ? WorldAnswer.OfCar(repo.Proof("com.example.another/self", out _))
                : honest);
        yield return new MadeLie("nodes of getBlocks that nobody wants", (request, repo, honest) =>
            request.Method == "getBlocks"
                ? WorldAnswer.OfCar(CarOf([], [SampleBlock.Of([0xa0]), repo.Commit]))
                : honest);
    }

    private static IEnumerable<MadeLie> Bodies(SampleRandom random)
    {
        yield return Body("nothing", _ => []);
        yield return Body("half", body => body[..(body.Length / 2)]);
        yield return Body("a changed bit", body =>
        {
            body[random.Below(body.Length)] ^= (byte)(1 << random.Below(8));
            return body;
        });
        yield return Body("noise", body =>
        {
            random.Fill(body);
            return body;
        });
        yield return Body("a section that is said to be endless", body =>
            [.. CarWriter.Header(), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, .. body]);
        yield return Body("a page for people", _ => "<!doctype html><h1>Welcome</h1>"u8.ToArray());
        foreach (var shape in new[] { BodyShape.Endless, BodyShape.Stalled, BodyShape.Cut })
        {
            yield return new MadeLie(
                $"{shape} bodies", (_, _, honest) => honest with { Shape = shape });
        }
    }

    private static IEnumerable<MadeLie> Answers()
    {
        foreach (string target in (string[])["http://127.0.0.1:9/", "http://169.254.169.254/"])
        {
            yield return Always($"a redirect to {target}", new WorldAnswer(302, [], "text/plain")
            {
                Headers = [("Location", target)],
            });
        }

        yield return Always("a year of patience", WorldAnswer.Error(429, "RateLimitExceeded") with
        {
            Headers = [("Retry-After", "31536000")],
        });
        yield return Always("errors", WorldAnswer.Error(500, "InternalServerError"));
        yield return Always("denials", WorldAnswer.Error(400, "RepoNotFound"));
        yield return Always("JSON", WorldAnswer.OfJson(static _ => { }));
        yield return new MadeLie("invented collections", (request, _, honest) =>
            request.Method == "describeRepo"
                ? WorldAnswer.OfJson(json =>
                {
                    json.WriteStartArray("collections");
                    json.WriteStringValue("com.example.invented");
                    json.WriteEndArray();
                })
                : honest);
    }

    private static MadeLie Always(string name, WorldAnswer answer) =>
        new(name, (_, _, _) => answer);

    private static MadeLie Served(string name, HostedRepo other) => new(name, Instead(other));

    // The truth and the other by turns, as replicas that disagree.
    private static MadeLie Turns(string name, HostedRepo other)
    {
        int requests = 0;
        return new MadeLie(name, (request, _, honest) =>
            requests++ % 2 == 0 ? honest : Serve(request, other) ?? honest);
    }

    private static WorldAnswer? Serve(WorldRequest request, HostedRepo repo)
    {
        switch (request.Method)
        {
            case "getRecord":
                return WorldAnswer.OfCar(
                    repo.Proof($"{request["collection"]}/{request["rkey"]}", out _));
            case "getBlocks":
                var cids = (request.Query.GetValues("cids") ?? [])
                    .SelectMany(text => text.Split(','))
                    .Select(CidOf)
                    .Where(cid => repo.Block(cid) is not null);
                return WorldAnswer.OfCar(
                    CarOf([], cids.Select(cid => new SampleBlock(cid, repo.Block(cid)!))));
            case "getRepo":
                return WorldAnswer.OfCar(repo.Export());
            case "getRepoCollections":
                string after = request["after"];
                return WorldAnswer.OfCar(repo.ProvenPage(
                    after.Length == 0 ? null : after, request.Number("limit", 1000)));
            default:
                return null;
        }
    }

    private static MadeLie Body(string name, Func<byte[], byte[]> change) =>
        new(name, (_, _, honest) => honest.Status == 200 && honest.Body.Length > 0
            ? honest with { Body = change([.. honest.Body]) }
            : honest);

    private static MadeLie Cars(string name, Func<WorldRequest, SampleCar, SampleCar> change) =>
        new(name, (request, _, honest) =>
        {
            bool isCar = honest.Status == 200 && honest.ContentType == WorldAnswer.Car;
            if (!isCar) return honest;
            var car = SampleCar.Read(honest.Body);
            return car.Blocks.Count == 0
                ? honest
                : honest with { Body = change(request, car).ToBytes() };
        });

    private static IEnumerable<SampleBlock> Without(
        IReadOnlyList<SampleBlock> blocks, SampleRandom random)
    {
        int dropped = random.Below(blocks.Count);
        return blocks.Where((_, i) => i != dropped);
    }

    private static SampleCar Swapped(SampleCar car, SampleRandom random)
    {
        var blocks = car.Blocks.ToList();
        int a = random.Below(blocks.Count);
        int b = random.Below(blocks.Count);
        byte[] bytes = blocks[a].Bytes;
        blocks[a] = blocks[a] with { Bytes = blocks[b].Bytes };
        blocks[b] = blocks[b] with { Bytes = bytes };
        return car with { Blocks = blocks };
    }

    private static Cid CidOf(string text) =>
        Cid.TryParse(Encoding.ASCII.GetBytes(text), out var cid) ? cid : default;

    private static byte[] CarOf(Cid[] roots, IEnumerable<SampleBlock> blocks) =>
        new SampleCar(roots, [.. blocks]).ToBytes();
}
