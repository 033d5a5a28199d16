using System.Reflection;
using System.Runtime.InteropServices;

namespace Atproto.Crypto;

public static partial class Sha256
{
    /// <summary>
    /// OpenSSL's low-level functions with their state on the stack. The platform's SHA256 goes
    /// through EVP, which allocates and looks the algorithm up for every call; on blocks of a few
    /// hundred bytes that costs more than the hashing. Twin of <see cref="Plain"/>.
    /// </summary>
    internal static unsafe partial class LibCrypto
    {
        // SHA256_CTX is 112 bytes in every OpenSSL that has it: eight state words, a bit count, one
        // block, two ints (openssl/sha.h). Rounded up.
        private const int ContextBytes = 128;

        // The garbage collector waits for a call without a transition. At about a byte per
        // nanosecond this is one microsecond, what the platform's documentation allows for such
        // calls.
        private const int NoTransitionBytesMax = 1024;

        private const string Library = "libcrypto";

        private static ReadOnlySpan<byte> DigestOfNothing =>
        [
            0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
            0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
            0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
            0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
        ];

        /// <summary>Whether the functions are there and work. Called once per process.</summary>
        internal static bool TryLoad()
        {
            // macOS kills a process that loads its unversioned libcrypto; Windows has none.
            if (!OperatingSystem.IsLinux()) return false;

            // For all that is called in the library, the curves too. Not asked where it is linked
            // in (DirectPInvoke).
            NativeLibrary.SetDllImportResolver(typeof(LibCrypto).Assembly, Resolve);
            try
            {
                Span<byte> digest = stackalloc byte[DigestBytes];
                Hash([], digest);
                return digest.SequenceEqual(DigestOfNothing);
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                return false;
            }
        }

        internal static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(digest.Length, DigestBytes);
            byte* context = stackalloc byte[ContextBytes];
            fixed (byte* source = data, target = digest)
            {
                _ = Init(context);
                nuint length = (nuint)data.Length;
                if (length <= NoTransitionBytesMax) _ = UpdateShort(context, source, length);
                else _ = UpdateLong(context, source, length);
                _ = Final(target, context);
            }
        }

        private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
        {
            if (name != Library) return 0;
            return NativeLibrary.TryLoad("libcrypto.so.3", out nint handle)
                || NativeLibrary.TryLoad("libcrypto.so.1.1", out handle) ? handle : 0;
        }

        [LibraryImport(Library, EntryPoint = "SHA256_Init")]
        [SuppressGCTransition]
        private static partial int Init(byte* context);

        [LibraryImport(Library, EntryPoint = "SHA256_Update")]
        [SuppressGCTransition]
        private static partial int UpdateShort(byte* context, byte* data, nuint length);

        [LibraryImport(Library, EntryPoint = "SHA256_Update")]
        private static partial int UpdateLong(byte* context, byte* data, nuint length);

        [LibraryImport(Library, EntryPoint = "SHA256_Final")]
        [SuppressGCTransition]
        private static partial int Final(byte* digest, byte* context);
    }
}
