namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for where a record is declared.</summary>
internal static class IsExternalInit;
