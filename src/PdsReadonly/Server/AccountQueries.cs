using System.Collections.Frozen;

namespace PdsReadonly.Server;

/// <summary>
/// The queries of the com.atproto lexicons that need an account or an administrator. There are none
/// here, so nobody can be let in.
/// </summary>
internal static class AccountQueries
{
    internal static readonly FrozenSet<string> Nsids = new[]
    {
        "com.atproto.admin.getAccountInfo",
        "com.atproto.admin.getAccountInfos",
        "com.atproto.admin.getInviteCodes",
        "com.atproto.admin.getSubjectStatus",
        "com.atproto.admin.searchAccounts",
        "com.atproto.identity.getRecommendedDidCredentials",
        "com.atproto.repo.listMissingBlobs",
        "com.atproto.server.checkAccountStatus",
        "com.atproto.server.getAccountInviteCodes",
        "com.atproto.server.getServiceAuth",
        "com.atproto.server.getSession",
        "com.atproto.server.listAppPasswords",
        "com.atproto.temp.checkSignupQueue",
    }.ToFrozenSet(StringComparer.Ordinal);
}
