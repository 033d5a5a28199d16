using System.Diagnostics;

namespace Atproto.Car;

/// <summary>Why bytes are no CAR that can be used: one code per cause.</summary>
public enum CarError
{
    None,

    /// <summary>The file is of another kind, as its first bytes show.</summary>
    NotACar,

    /// <summary>The file stops inside its header or a block.</summary>
    UnexpectedEnd,

    /// <summary>A length prefix is over-long or not in its shortest form.</summary>
    LengthMalformed,

    /// <summary>The header claims more than <see cref="CarLimits.HeaderBytesMax"/>.</summary>
    HeaderTooLarge,

    /// <summary>The header is not a map of roots and version in DAG-CBOR.</summary>
    HeaderMalformed,

    /// <summary>A version other than 1; 2 is an envelope around an inner CAR.</summary>
    VersionUnsupported,

    /// <summary>The header names no root.</summary>
    RootAbsent,

    /// <summary>The first root is not a dag-cbor CID with SHA-256.</summary>
    RootUnsupported,

    /// <summary>The file does not hold the block its header names as root.</summary>
    RootMissing,

    /// <summary>A block of length zero.</summary>
    SectionEmpty,

    /// <summary>A block larger than <see cref="CarLimits.BlockBytesMax"/>.</summary>
    BlockTooLarge,

    /// <summary>A block without a readable CID of version 1 in front.</summary>
    CidMalformed,

    /// <summary>A block that does not hash to its CID.</summary>
    CidMismatch,

    /// <summary>
    /// Two different blocks whose digests begin with the same 16 bytes: made on purpose.
    /// </summary>
    DigestPrefixShared,

    /// <summary>Larger than <see cref="CarLimits.FileBytesMax"/>.</summary>
    FileTooLarge,

    /// <summary>More blocks than <see cref="CarLimits.BlockCountMax"/>.</summary>
    TooManyBlocks,

    /// <summary>The file was changed while it was read.</summary>
    FileChanged,

    /// <summary>The operating system could not read the file.</summary>
    ReadFailed,
}

/// <summary>The one place where a CAR error becomes words.</summary>
public static class CarErrorText
{
    public static string Describe(this CarError error) => error switch
    {
        CarError.NotACar => "file is not a CAR",
        CarError.UnexpectedEnd => "file ends inside a block or its header",
        CarError.LengthMalformed => "length prefix is over-long or not in its shortest form",
        CarError.HeaderTooLarge => $"header is larger than {CarLimits.HeaderBytesMax:N0} bytes",
        CarError.HeaderMalformed => "header is not a CAR header",
        CarError.VersionUnsupported => "version is not 1 (a CARv2 must be unwrapped first)",
        CarError.RootAbsent => "header names no root",
        CarError.RootUnsupported => "first root is not a dag-cbor SHA-256 CID",
        CarError.RootMissing => "header names a root that the file does not hold",
        CarError.SectionEmpty => "block of length zero",
        CarError.BlockTooLarge => $"block is larger than {CarLimits.BlockBytesMax:N0} bytes",
        CarError.CidMalformed => "block has no readable CID of version 1",
        CarError.CidMismatch => "block does not hash to its CID",
        CarError.DigestPrefixShared => "two blocks share 128 bits of their digests",
        CarError.FileTooLarge => $"file is larger than {CarLimits.FileBytesMax:N0} bytes",
        CarError.TooManyBlocks => $"more than {CarLimits.BlockCountMax:N0} blocks",
        CarError.FileChanged => "file changed while it was read",
        CarError.ReadFailed => "file cannot be read",
        _ => throw new UnreachableException($"{error} has no words"),
    };
}
