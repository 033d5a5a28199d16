namespace Samples.World;

// What can happen to an account, and how it is told.
public sealed partial class EventScript
{
    private const int OpsMax = 4;

    private string Happen(WorldAccount account) => _random.Below(200) switch
    {
        < 60 => Note("create", () => Commit(account, NewPaths(account.Repo), [])),
        < 85 => Note("update", () => Commit(account, SomePaths(account.Repo), [])),
        < 115 => Note("delete", () => Commit(account, [], SomePaths(account.Repo))),
        < 130 => Note("mixed", () => Mix(account)),
        < 145 => Note("collection gone", () => Commit(account, [], Collection(account.Repo))),
        < 150 => Note("empty commit", () => Emit(account, account.Repo.SignAnew())),
        < 158 => Note("sync", () => Sync(account)),
        < 162 => Note("restore", () => Restore(account)),
        < 168 => Note("identity", () => Identity(account)),
        < 173 => Note("key", () => ChangeKey(account)),
        < 178 => Note("move", () => Move(account)),
        < 184 => Note("rollback", () => Rollback(account)),
        < 188 => Note("join", Create),
        < 190 => Note("weather", () => Append(EventFrame.Unknown)),
        < 196 => Note("rest", () => Rest(account)),
        < 198 => Note("delete account", () => ChangeState(account, AccountState.Deleted)),
        _ => Note("active again", () => ChangeState(account, AccountState.Active)),
    };

    private void Create()
    {
        var account = Join();
        Append(seq => EventFrame.Identity(seq, account.Did, account.Handle));
        Append(seq => EventFrame.Account(seq, account.Did, AccountState.Active));
        Emit(account, account.Repo.Creation(), mayDrop: false);
    }

    private void Rest(WorldAccount account) => ChangeState(account, _random.Pick<AccountState>(
        [AccountState.Deactivated, AccountState.Suspended, AccountState.Takendown]));

    // What was inactive comes back as it was; its host says so, and where its repo is.
    private void Return(WorldAccount account)
    {
        ChangeState(account, AccountState.Active);
        Sync(account);
    }

    private void ChangeState(WorldAccount account, AccountState state)
    {
        account.State = state;
        Append(seq => EventFrame.Account(seq, account.Did, state));
    }

    private void Mix(WorldAccount account)
    {
        var repo = account.Repo;
        string[] removed = SomePaths(repo);
        string[] put = [.. NewPaths(repo), .. SomePaths(repo)];
        Commit(account, [.. put.Except(removed).Distinct()], removed);
    }

    private void Commit(WorldAccount account, string[] put, string[] removed) =>
        Emit(account, account.Repo.Write(put, removed));

    private void Sync(WorldAccount account)
    {
        var repo = account.Repo;
        Append(seq => EventFrame.Sync(seq, repo.Did, repo.Rev, repo.Commit));
        _owed.Remove(account.Did);
    }

    // A backup is put in place: other records, no operations.
    private void Restore(WorldAccount account)
    {
        var repo = account.Repo;
        string[] lost = Collection(repo);
        string[] found = NewPaths(repo);
        Remember(account.Repo.Replace([.. repo.Paths.Except(lost), .. found]));
        Sync(account);
    }

    private void Identity(WorldAccount account) =>
        Append(seq => EventFrame.Identity(seq, account.Did, account.Handle));

    private void ChangeKey(WorldAccount account)
    {
        account.Key = account.Repo.Key = _random.Pick<SampleKey>(_keys);
        Remember(account.Repo.SignAnew());
        Identity(account);
        Sync(account);
    }

    // To another host, which signs with a key of its own.
    private void Move(WorldAccount account)
    {
        account.Host = _hosts[_random.Below(_hosts.Count)];
        account.Key = account.Repo.Key = _random.Pick<SampleKey>(_keys);
        Remember(account.Repo.SignAnew());
        Identity(account);
        Append(seq => EventFrame.Account(seq, account.Did, AccountState.Active));
        Sync(account);
    }

    // Something old is told as if it were new. The repo itself is as it was.
    private void Rollback(WorldAccount account)
    {
        if (!_older.TryGetValue(account.Did, out var old)) return;
        if (old.Rev == account.Repo.Rev) return;
        Append(seq => _random.Chance(50)
            ? EventFrame.Commit(seq, old)
            : EventFrame.Sync(seq, old.Did, old.Rev, old.Commit));
    }

    private void Emit(WorldAccount account, WorldCommit commit, bool mayDrop = true)
    {
        Remember(commit);
        if (mayDrop && _random.Chance(_options.GapPercent))
        {
            _network.Feed.Append(seq => EventFrame.Commit(seq, commit), copies: 0);
            _owed.Add(account.Did);
            return;
        }

        Append(seq => EventFrame.Commit(seq, commit));
        _owed.Remove(account.Did);
        bool isTwice = _random.Chance(_options.DuplicatePercent);
        if (isTwice) Append(seq => EventFrame.Commit(seq, commit));
    }

    private void Append(Func<long, byte[]> frame) =>
        _network.Feed.Append(frame, _random.Chance(_options.DuplicatePercent) ? 2 : 1);

    private void Remember(WorldCommit commit)
    {
        // One of a while ago, now and then another.
        if (_random.Chance(50)) _older[commit.Did] = commit;
    }

    private string[] NewPaths(WorldRepo repo)
    {
        string[] paths = new string[1 + _random.Below(OpsMax)];
        for (int i = 0; i < paths.Length; i++) paths[i] = NewPath(repo);
        return [.. paths.Distinct()];
    }

    private string NewPath(WorldRepo repo)
    {
        string path;
        do
        {
            path = $"{_random.Pick<string>(s_names)}/{Key()}";
            if (repo.Has(path)) path = $"{_random.Pick<string>(s_names)}/{Key()}";
        }
        while (repo.Has(path));
        return path;
    }

    // Empty when there is none.
    private string[] SomePaths(WorldRepo repo)
    {
        if (repo.Paths.Count == 0) return [];
        var paths = new HashSet<string>();
        int count = 1 + _random.Below(OpsMax);
        for (int i = 0; i < count; i++) paths.Add(repo.Paths[_random.Below(repo.Paths.Count)]);
        return [.. paths];
    }

    // All records of a collection.
    private string[] Collection(WorldRepo repo)
    {
        if (repo.Paths.Count == 0) return [];
        string name = _random.Pick<string>([.. repo.Collections()]);
        return [.. repo.Paths.Where(path => HostedRepo.CollectionOf(path) == name)];
    }
}
