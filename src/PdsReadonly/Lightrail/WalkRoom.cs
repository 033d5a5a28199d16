using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// What one walk may take of memory and, for an export, of a disk.
/// </summary>
/// <param name="memory">Beyond a little of its own; null for one who is alone.</param>
/// <param name="disk">Of the folder; null for one who is alone.</param>
/// <param name="spillFolder">For what of an export is too much for memory.</param>
internal sealed class WalkRoom(
    RoomBudget? memory = null, RoomBudget? disk = null, string? spillFolder = null) : IDisposable
{
    /// <summary>Most repos are proven with less memory.</summary>
    internal const long OwnBytes = 512 * 1024;

    private const long MemoryBytesMaxAlone = 128 << 20;
    private const long DiskBytesMaxAlone = 1 << 30;

    internal RoomShare Memory { get; } = new(memory ?? new(MemoryBytesMaxAlone), OwnBytes);

    internal RoomShare Disk { get; } = new(disk ?? new(DiskBytesMaxAlone), ownBytes: 0);

    internal string SpillFolder { get; } = spillFolder ?? Path.GetTempPath();

    /// <summary>
    /// Which room there is too little of, if any was refused: nothing that follows from it is the
    /// host's fault.
    /// </summary>
    internal Unproven Shortage => Memory.IsFull || Disk.IsFull ? Unproven.TooLarge
        : Memory.IsShort || Disk.IsShort ? Unproven.NoRoom
        : Unproven.None;

    public void Dispose()
    {
        Memory.Dispose();
        Disk.Dispose();
    }
}
