using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using AdServer.Common;
using SQLitePCL;

namespace AdServer.Storage.Sqlite;

/// <summary>Binds the provider to the SQLite library of the operating system, which is the one that gets security updates.</summary>
internal static class SqliteLibrary
{
    /// <summary>The first version with STRICT tables.</summary>
    private const int OldestVersion = 3_037_000;

    private const string Provider = "SQLitePCLRaw.provider.e_sqlite3";

    private static readonly string[] Names = ["libsqlite3.so.0", "libsqlite3.dylib", "winsqlite3"];

    /// <summary>A resolver can be set once per process.</summary>
    private static readonly Lazy<int> Version = new(Bind);

    /// <summary>Makes sure that the library is there and new enough.</summary>
    /// <exception cref="StartException">It is not.</exception>
    public static void Load()
    {
        if (Version.Value < OldestVersion)
        {
            throw new StartException($"The SQLite library is version {raw.sqlite3_libversion().utf8_to_string()}; 3.37 or newer is needed.");
        }
    }

    /// <summary>Loads the first of these libraries that the machine has.</summary>
    /// <exception cref="StartException">It has none.</exception>
    public static IntPtr Find(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
            {
                return handle;
            }
        }

        throw new StartException(
            "The SQLite library is missing. Install it: Debian and Ubuntu 'apt-get install libsqlite3-0', Alpine 'apk add sqlite-libs', "
            + $"Fedora 'dnf install sqlite-libs'; macOS and Windows come with it. Looked for: {string.Join(", ", names)}.");
    }

    private static int Bind()
    {
        var library = Find(Names);
        NativeLibrary.SetDllImportResolver(Assembly.Load(Provider), (name, _, _) => name == "e_sqlite3" ? library : IntPtr.Zero);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        Configure();
        return raw.sqlite3_libversion_number();
    }

    /// <summary>
    /// Before the library is used for the first time. Each connection is used by one thread at a time (<see cref="SqliteSession"/>), and nobody asks how much memory the engine takes,
    /// so it needs no lock for each call and for each piece of memory.
    /// </summary>
    private static void Configure()
    {
        Check(raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD));
        if (OperatingSystem.IsMacOS())
        {
            // The argument is variadic, which macOS on ARM passes in another way than the provider does.
            return;
        }

        Check(raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0));
    }

    /// <summary>Where it refuses it is slower and otherwise the same, so a server starts. macOS itself may have used it before.</summary>
    private static void Check(int code) =>
        Debug.Assert(code == raw.SQLITE_OK || OperatingSystem.IsMacOS(), $"The SQLite library is not configured: {code}; was it used before?");
}
