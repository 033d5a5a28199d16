using System.Globalization;
using PdsReadonly.Server;

namespace PdsReadonly.Tests.Server;

public sealed class FilePagesTests
{
    private const string Program = "/a b";
    private const string Code = "1000-3000 r-xp 0008a000 08:01 1234                       /a b";

    [Test]
    [Arguments(Code, "0", "0", true)]
    [Arguments("1000-3000 r--p 00000000 08:01 1234   /a b", "0", "0", true)]
    // A page of its own: relocated, or changed by a debugger; in memory or not.
    [Arguments(Code, "4", "0", false)]
    [Arguments(Code, "0", "8", false)]
    [Arguments(Code, "10", "0", false)]
    // It may get one at any time, or all see what happens to it.
    [Arguments("1000-3000 rw-p 00000000 08:01 1234   /a b", "0", "0", false)]
    [Arguments("1000-3000 r--s 00000000 08:01 1234   /a b", "0", "0", false)]
    [Arguments("1000-3000 ---p 00000000 08:01 1234   /a b", "0", "0", false)]
    // Another file, which may be gone before this one is looked at again.
    [Arguments("1000-3000 r-xp 00000000 08:01 1234   /a", "0", "0", false)]
    [Arguments("1000-3000 r-xp 00000000 08:01 1234   /a b.so", "0", "0", false)]
    // No file.
    [Arguments("1000-3000 r-xp 00000000 00:00 0      [vdso]", "0", "0", false)]
    [Arguments("1000-3000 r--p 00000000 00:00 0", "0", "0", false)]
    [Arguments("1000-3000 r--p 00000000 00:05 77     anon_inode:x", "0", "0", false)]
    // No mapping.
    [Arguments("1000 r-xp 00000000 08:01 1234   /a b", "0", "0", false)]
    [Arguments("3000-1000 r-xp 00000000 08:01 1234   /a b", "0", "0", false)]
    [Arguments("x-y r-xp 00000000 08:01 1234   /a b", "0", "0", false)]
    public void Unchanged_OneMapping_IsGivenBackOnlyIfTheFileHasAllOfIt(
        string head, string anonymous, string swap, bool isUnchanged) =>
        Assert.Equal(
            isUnchanged ? [new FileMapping(0x1000, 0x2000)] : [],
            FilePages.Unchanged(
            [
                head, "Size:           8 kB",
                $"Anonymous:      {anonymous} kB", "AnonHugePages:  0 kB",
                $"Swap:           {swap} kB", "SwapPss:        0 kB", "VmFlags: rd ex mr mw me",
            ],
            Program));

    [Test]
    public void Unchanged_SystemThatDoesNotTell_NothingIsGivenBack() =>
        Assert.Empty(FilePages.Unchanged(
            [Code, "Swap: 0 kB", "Anonymous: 0 kB", Code, "Anonymous: 0 kB", "", Code], Program));

    [Test]
    public void Unchanged_Several_EachIsJudgedByItsOwn() => Assert.Equal(
        [new FileMapping(0x2000, 0x1000), new FileMapping(0x70000000, 0x1000)],
        FilePages.Unchanged(
        [
            "1000-2000 r-xp 0 08:01 1 /a b", "Anonymous: 4 kB", "Swap: 0 kB",
            "2000-3000 r-xp 0 08:01 1 /a b", "Anonymous: 0 kB", "Swap: 0 kB",
            "3000-4000 rw-p 0 08:01 1 /a b", "Anonymous: 0 kB", "Swap: 0 kB",
            "70000000-70001000 r--p 0 08:01 1 /a b", "Anonymous: 0 kB", "Swap: 0 kB",
        ],
        Program));

    [Test]
    public void GiveBack_OfThisProcess_TakesLessAndGoesOn()
    {
        if (!OperatingSystem.IsLinux()) return;
        long before = FileKilobytes();
        FilePages.GiveBack();
        Assert.InRange(FileKilobytes(), 0, before - 1);
    }

    private static long FileKilobytes() => long.Parse(
        File.ReadLines("/proc/self/status")
            .Single(line => line.StartsWith("RssFile:", StringComparison.Ordinal))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
