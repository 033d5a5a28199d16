namespace PdsReadonly.Archive;

/// <summary>Hears how loading goes on; called from several threads, one call at a time.</summary>
internal interface ILoadObserver
{
    /// <summary>
    /// So many files of so many bytes are to be read; others are unchanged since last time.
    /// </summary>
    void OnPlan(int files, long bytes, int unchanged);

    /// <summary>Bytes read in all, over all files under way.</summary>
    void OnProgress(long bytes);

    void OnOutcome(LoadOutcome outcome);

    /// <summary>An argument that names no file, or holds what cannot be read.</summary>
    void OnProblem(InputProblem problem);

    /// <summary>
    /// So many repos have an index of an earlier version, which is made again while they are
    /// served; then none has one any more.
    /// </summary>
    void OnRenewal(int repos);

    /// <summary>
    /// Everything given was read; files may still be read again when they change.
    /// </summary>
    void OnDone(int served);

    /// <summary>
    /// What waited for room was tried again; so many files wait on, so many repos are served.
    /// </summary>
    void OnRetried(int waiting, int served);
}
