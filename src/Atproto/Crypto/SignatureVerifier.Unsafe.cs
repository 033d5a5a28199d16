using System.Runtime.InteropServices;

namespace Atproto.Crypto;

public sealed partial class SignatureVerifier
{
    /// <summary>
    /// OpenSSL's functions for curves, called directly. The platform's import goes through a
    /// provider that checks the point by a multiplication with the order of the curve, which costs
    /// more than a verification; both curves have cofactor one, so that a point on the curve is
    /// enough, and that was checked when the key was read. One key object per thread and curve is
    /// given point after point, so that a verifier is no more than its point and needs no disposal.
    /// Twin of <see cref="Plain"/>.
    /// </summary>
    private sealed unsafe partial class LibCrypto : Twin
    {
        private const string Library = "libcrypto";

        // openssl/obj_mac.h: NID_X9_62_prime256v1 and NID_secp256k1.
        private const int P256Number = 415;
        private const int Secp256k1Number = 714;

        // A sequence of two integers of at most 33 bytes, three heads of two bytes.
        private const int DerBytesMax = 6 + (2 * (ScalarBytes + 1));

        private static readonly bool s_hasP256 = IsAvailable(KeyCurve.P256);
        private static readonly bool s_hasSecp256k1 = IsAvailable(KeyCurve.Secp256k1);

        [ThreadStatic]
        private static KeyHandle? t_p256;

        [ThreadStatic]
        private static KeyHandle? t_secp256k1;

        private readonly byte[] _point = new byte[PublicKey.UncompressedBytes];
        private readonly KeyCurve _curve;

        internal LibCrypto(PublicKey key)
        {
            _curve = key.Curve;
            key.CopyUncompressedTo(_point);
        }

        /// <summary>Whether the functions are there, and the curve.</summary>
        internal static bool Has(KeyCurve curve) =>
            curve == KeyCurve.P256 ? s_hasP256 : s_hasSecp256k1;

        internal override bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
        {
            var handle = HandleOf(_curve)
                ?? throw new InvalidOperationException("the curve was there before");
            byte* der = stackalloc byte[DerBytesMax];
            int derLength = WriteDer(signature, new Span<byte>(der, DerBytesMax));
            int result;
            fixed (byte* point = _point, data = digest)
            {
                result = handle.SetPoint(point, (nuint)_point.Length)
                    ? Verify(0, data, digest.Length, der, derLength, handle.Key)
                    : -1;
            }

            GC.KeepAlive(handle);
            // What went wrong is left for nobody to find.
            if (result != 1) ClearErrors();
            return result == 1;
        }

        public override void Dispose()
        {
            // There is nothing of its own.
        }

        private static bool IsAvailable(KeyCurve curve)
        {
            // Finds the library, and says whether it may be used at all.
            if (!Sha256.UsesLibCrypto) return false;
            try
            {
                bool found = HandleOf(curve) is not null;
                if (!found) ClearErrors();
                return found;
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                return false;
            }
        }

        private static KeyHandle? HandleOf(KeyCurve curve) => curve == KeyCurve.P256
            ? t_p256 ??= KeyHandle.TryCreate(P256Number)
            : t_secp256k1 ??= KeyHandle.TryCreate(Secp256k1Number);

        // Two integers, the shortest way, with a zero in front where they would look negative.
        private static int WriteDer(ReadOnlySpan<byte> signature, Span<byte> der)
        {
            int length = 2;
            WriteInteger(signature[..ScalarBytes], der, ref length);
            WriteInteger(signature[ScalarBytes..], der, ref length);
            der[0] = 0x30;
            der[1] = (byte)(length - 2);
            return length;
        }

        private static void WriteInteger(ReadOnlySpan<byte> scalar, Span<byte> der, ref int length)
        {
            scalar = scalar[scalar.IndexOfAnyExcept((byte)0)..];
            int sign = scalar[0] >> 7;
            der[length++] = 0x02;
            der[length++] = (byte)(scalar.Length + sign);
            if (sign != 0) der[length++] = 0;
            scalar.CopyTo(der[length..]);
            length += scalar.Length;
        }

        [LibraryImport(Library, EntryPoint = "EC_KEY_new_by_curve_name")]
        private static partial nint NewKey(int curve);

        [LibraryImport(Library, EntryPoint = "EC_KEY_free")]
        private static partial void FreeKey(nint key);

        [LibraryImport(Library, EntryPoint = "EC_KEY_get0_group")]
        private static partial nint GroupOf(nint key);

        [LibraryImport(Library, EntryPoint = "EC_KEY_set_public_key")]
        private static partial int SetPublicKey(nint key, nint point);

        [LibraryImport(Library, EntryPoint = "EC_POINT_new")]
        private static partial nint NewPoint(nint group);

        [LibraryImport(Library, EntryPoint = "EC_POINT_free")]
        private static partial void FreePoint(nint point);

        [LibraryImport(Library, EntryPoint = "EC_POINT_oct2point")]
        private static partial int ReadPoint(
            nint group, nint point, byte* bytes, nuint length, nint context);

        [LibraryImport(Library, EntryPoint = "ECDSA_verify")]
        private static partial int Verify(
            int type, byte* digest, int digestLength, byte* signature, int signatureLength,
            nint key);

        [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
        private static partial void ClearErrors();

        /// <summary>A key of one curve, and a point to read into; of one thread.</summary>
        private sealed class KeyHandle : SafeHandle
        {
            private nint _point;

            private KeyHandle(nint key)
                : base(0, ownsHandle: true) => SetHandle(key);

            public override bool IsInvalid => handle == 0;

            internal nint Key => handle;

            internal static KeyHandle? TryCreate(int curve)
            {
                nint key = NewKey(curve);
                if (key == 0) return null;
                var created = new KeyHandle(key) { _point = NewPoint(GroupOf(key)) };
                if (created._point != 0) return created;
                created.Dispose();
                return null;
            }

            /// <summary>The key is that of another point now.</summary>
            internal bool SetPoint(byte* bytes, nuint length) =>
                ReadPoint(GroupOf(handle), _point, bytes, length, 0) == 1
                && SetPublicKey(handle, _point) == 1;

            protected override bool ReleaseHandle()
            {
                if (_point != 0) FreePoint(_point);
                FreeKey(handle);
                return true;
            }
        }
    }
}
