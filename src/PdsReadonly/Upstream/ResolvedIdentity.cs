using Atproto.Crypto;
using Atproto.Syntax;

namespace PdsReadonly.Upstream;

/// <summary>What the DID document says of an account.</summary>
/// <param name="Did">Whose document it is.</param>
/// <param name="Pds">Where the repo is said to be; null when it names no such host.</param>
/// <param name="Key">What commits are signed with; null when there is no usable one.</param>
/// <param name="Handle">
/// The first that the document claims; a claim until the handle names the DID too.
/// </param>
internal sealed record ResolvedIdentity(Did Did, Uri? Pds, PublicKey? Key, Handle? Handle);

/// <param name="Error">None exactly when there is an identity.</param>
/// <param name="Identity">What was found.</param>
internal readonly record struct IdentityAnswer(IdentityError Error, ResolvedIdentity? Identity)
{
    internal static IdentityAnswer Of(IdentityError error) => new(error, null);
}
