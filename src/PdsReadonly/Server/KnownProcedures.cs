using System.Collections.Frozen;

namespace PdsReadonly.Server;

/// <summary>
/// Every procedure of the com.atproto lexicons. None is served; a GET of one is told that its verb
/// is wrong rather than that the method does not exist.
/// </summary>
internal static class KnownProcedures
{
    internal static readonly FrozenSet<string> Nsids = new[]
    {
        "com.atproto.admin.deleteAccount",
        "com.atproto.admin.disableAccountInvites",
        "com.atproto.admin.disableInviteCodes",
        "com.atproto.admin.enableAccountInvites",
        "com.atproto.admin.sendEmail",
        "com.atproto.admin.updateAccountEmail",
        "com.atproto.admin.updateAccountHandle",
        "com.atproto.admin.updateAccountPassword",
        "com.atproto.admin.updateAccountSigningKey",
        "com.atproto.admin.updateSubjectStatus",
        "com.atproto.identity.refreshIdentity",
        "com.atproto.identity.requestPlcOperationSignature",
        "com.atproto.identity.signPlcOperation",
        "com.atproto.identity.submitPlcOperation",
        "com.atproto.identity.updateHandle",
        "com.atproto.moderation.createReport",
        "com.atproto.repo.applyWrites",
        "com.atproto.repo.createRecord",
        "com.atproto.repo.deleteRecord",
        "com.atproto.repo.importRepo",
        "com.atproto.repo.putRecord",
        "com.atproto.repo.uploadBlob",
        "com.atproto.server.activateAccount",
        "com.atproto.server.confirmEmail",
        "com.atproto.server.createAccount",
        "com.atproto.server.createAppPassword",
        "com.atproto.server.createInviteCode",
        "com.atproto.server.createInviteCodes",
        "com.atproto.server.createSession",
        "com.atproto.server.deactivateAccount",
        "com.atproto.server.deleteAccount",
        "com.atproto.server.deleteSession",
        "com.atproto.server.refreshSession",
        "com.atproto.server.requestAccountDelete",
        "com.atproto.server.requestEmailConfirmation",
        "com.atproto.server.requestEmailUpdate",
        "com.atproto.server.requestPasswordReset",
        "com.atproto.server.reserveSigningKey",
        "com.atproto.server.resetPassword",
        "com.atproto.server.revokeAppPassword",
        "com.atproto.server.updateEmail",
        "com.atproto.sync.notifyOfUpdate",
        "com.atproto.sync.requestCrawl",
        "com.atproto.temp.addReservedHandle",
        "com.atproto.temp.requestPhoneVerification",
        "com.atproto.temp.revokeAccountCredentials",
    }.ToFrozenSet(StringComparer.Ordinal);
}
