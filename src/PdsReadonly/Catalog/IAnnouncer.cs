using Atproto.Syntax;

namespace PdsReadonly.Catalog;

/// <summary>
/// Told of every change of what is shown, so that others are told: what it stores is committed with
/// the change or not at all. Calls come under the catalog's gate, but for two.
/// </summary>
internal interface IAnnouncer
{
    /// <summary>
    /// Within the transaction: this is how a repo is shown from now on, as before or not.
    /// </summary>
    /// <param name="entry">The repo.</param>
    /// <param name="content">Of its head; null when it is to be read should it be needed.</param>
    void Show(RepoEntry entry, HeadContent? content);

    /// <summary>
    /// The DIDs of all published repos, shown or not, of which others may not know how they are.
    /// </summary>
    IEnumerable<string> FindUntold();

    /// <summary>Outside of the gate: what Show may need of a head that was published.</summary>
    HeadContent ReadHead(RepoEntry entry);

    /// <summary>Within the transaction: a repo is not shown any more, for want of a file.</summary>
    void Hide(Did did);

    /// <summary>
    /// Within the transaction: a status was set for a repo that is not shown at the moment.
    /// </summary>
    void SetStatus(Did did, HostingStatus status);

    /// <summary>
    /// Within the transaction: everything there is was looked at, and only these are shown.
    /// </summary>
    void HideAllBut(Func<string, bool> isShown);

    /// <summary>It was committed, and is what requests see.</summary>
    void Commit();

    /// <summary>Nothing of it has happened.</summary>
    void Abandon();

    /// <summary>Outside of the gate, after a change: whoever waits for news is woken.</summary>
    void Wake();
}
