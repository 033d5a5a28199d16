using Atproto.Identity;
using Atproto.Syntax;
using Samples;

namespace Fuzz.Targets;

/// <summary>DID documents.</summary>
internal sealed class DocumentTarget : FuzzTarget
{
    private readonly Did _did;

    public DocumentTarget() => Assert.True(Did.TryParse(GoldenRepo.Did, out _did));

    internal override IReadOnlyList<byte[]> Seeds { get; } = [GoldenRepo.Document()];

    internal override int Share => 5;

    internal override void Run(byte[] input)
    {
        var error = DidDocument.TryParse(input, _did, out var document);
        Assert.Equal(error == DidDocumentError.None, document is not null);
    }
}
