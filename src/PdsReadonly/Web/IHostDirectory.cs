using System.Buffers;

namespace PdsReadonly.Web;

/// <summary>
/// What is known of the host names that requests arrive under. Hosts are lower-case, valid handles
/// in their syntax, and without a port.
/// </summary>
internal interface IHostDirectory
{
    /// <summary>The DID of the one active repo with that handle; null when there is none.</summary>
    string? FindDidOfHandle(ReadOnlySpan<byte> host);

    /// <summary>
    /// Writes the stored DID document of the hosted <c>did:web:host</c>, as JSON. False, and
    /// nothing written, when that DID is not hosted or has no document.
    /// </summary>
    bool TryWriteDidWebDocument(ReadOnlySpan<byte> host, IBufferWriter<byte> output);
}
