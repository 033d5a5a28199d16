using System.Diagnostics;

namespace PdsReadonly.Lightrail;

/// <summary>Why a repo's collections are not proven.</summary>
internal enum Unproven
{
    None,

    /// <summary>The host did not give what it takes, or nothing that proves anything.</summary>
    NotGiven,

    /// <summary>The repo changed faster than it could be walked.</summary>
    Moving,

    /// <summary>The tree that the commit names is malformed: no other way will help.</summary>
    Malformed,

    /// <summary>It takes more requests than were allowed.</summary>
    RequestsSpent,

    /// <summary>Its boundaries take more nodes than may be held for one repo.</summary>
    TooLarge,

    /// <summary>Others have the memory that it takes, for now: nobody's fault.</summary>
    NoRoom,

    /// <summary>The host does not answer, or wants to be left alone for now.</summary>
    Unreachable,

    /// <summary>The host says that it has no such repo, or shows it to nobody.</summary>
    NoRepo,

    /// <summary>Only the host's word was asked for.</summary>
    Claimed,
}

/// <summary>The one place where a reason becomes words.</summary>
internal static class UnprovenText
{
    internal static string Describe(this Unproven reason) => reason switch
    {
        Unproven.None => "proven",
        Unproven.NotGiven => "the host does not give what a proof takes",
        Unproven.Moving => "moving: the repo changes faster than it can be walked",
        Unproven.Malformed => "the repo's tree is malformed",
        Unproven.RequestsSpent => "more requests than allowed",
        Unproven.TooLarge => "the repo takes more nodes than are held for one",
        Unproven.NoRoom => "no memory is left for it now",
        Unproven.Unreachable => "the host does not answer now",
        Unproven.NoRepo => "the host shows no such repo",
        Unproven.Claimed => "claimed by the host",
        _ => throw new UnreachableException($"{reason} has no words"),
    };
}
