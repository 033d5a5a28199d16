using System.Security.Cryptography;
SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
Console.WriteLine(SQLitePCL.raw.sqlite3_libversion().utf8_to_string());
using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName("secP256k1"));
Console.WriteLine(Convert.ToHexString(SHA256.HashData([])));
