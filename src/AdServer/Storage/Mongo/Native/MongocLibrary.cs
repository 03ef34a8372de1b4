using System.Reflection;
using System.Runtime.InteropServices;
using AdServer.Common;

namespace AdServer.Storage.Mongo.Native;

/// <summary>Finds the C driver that the operating system maintains, and prepares it once per process.</summary>
internal static class MongocLibrary
{
    /// <summary>The driver and its BSON library, which must be of one family. 1.x before 2.x: it is what most systems have.</summary>
    private static readonly LibraryNames[] Known =
    [
        new("libmongoc-1.0.so.0", "libbson-1.0.so.0"),
        new("libmongoc2.so.2", "libbson2.so.2"),
        .. OfHomebrew("/opt/homebrew/lib/"),
        .. OfHomebrew("/usr/local/lib/"),
        .. OfHomebrew(""),
        new("mongoc-1.0.dll", "bson-1.0.dll"),
        new("mongoc2.dll", "bson2.dll"),
    ];

    /// <summary>A resolver can be set once per process, and the driver be prepared once.</summary>
    private static readonly Lazy<bool> Bound = new(Bind);

    /// <summary>Makes sure that the driver is there.</summary>
    /// <exception cref="StartException">It is not; the message says what to install.</exception>
    public static void Load() => _ = Bound.Value;

    /// <summary>Loads the first pair of libraries that the machine has.</summary>
    /// <exception cref="StartException">It has none.</exception>
    public static LibraryHandles Find(IReadOnlyList<LibraryNames> names)
    {
        foreach (var (driver, bson) in names)
        {
            if (NativeLibrary.TryLoad(bson, out var bsonHandle) && NativeLibrary.TryLoad(driver, out var driverHandle))
            {
                return new LibraryHandles(driverHandle, bsonHandle);
            }
        }

        throw new StartException(
            "The MongoDB C driver is missing. Install it: Debian and Ubuntu 'apt-get install libmongoc-1.0-0' "
            + "(where that has gone, 'libmongoc2-2'), Fedora 'dnf install mongo-c-driver-libs', "
            + "macOS 'brew install mongo-c-driver', Windows 'vcpkg install mongo-c-driver' with its bin folder in PATH. "
            + $"Looked for: {string.Join(", ", names.Select(pair => pair.Driver))}.");
    }

    private static bool Bind()
    {
        var found = Find(Known);
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name switch
        {
            Mongoc.Driver => found.Driver,
            Mongoc.Bson => found.Bson,
            _ => IntPtr.Zero,
        });
        MongocLog.Redirect();
        Mongoc.mongoc_init();
        return true;
    }

    private static IEnumerable<LibraryNames> OfHomebrew(string folder) =>
    [
        new($"{folder}libmongoc-1.0.0.dylib", $"{folder}libbson-1.0.0.dylib"),
        new($"{folder}libmongoc2.2.dylib", $"{folder}libbson2.2.dylib"),
    ];
}

/// <summary>File names of the driver and of the BSON library that it was built with.</summary>
internal sealed record LibraryNames(string Driver, string Bson);

/// <summary>Both libraries, loaded for the life of the process.</summary>
internal sealed record LibraryHandles(nint Driver, nint Bson);
