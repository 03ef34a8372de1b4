using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AdServer.Storage.Mongo.Native;

/// <summary>
/// The driver's own log, which would go to the error stream. What matters comes back as an error, but for one thing: of an option that it
/// does not know it only warns, and a mistyped <c>tls</c> must not be ignored.
/// </summary>
internal static unsafe class MongocLog
{
    private const int Warning = 2;

    /// <summary>What was said on this thread, while anybody listens.</summary>
    [ThreadStatic]
    private static List<string>? heard;

    /// <summary>Takes the log over, for the whole process.</summary>
    public static void Redirect() => Mongoc.mongoc_log_set_handler(&Hear, 0);

    /// <summary>Listens on this thread.</summary>
    public static void Listen() => heard = [];

    /// <summary>Ends listening; the warnings and errors since <see cref="Listen"/>.</summary>
    public static IReadOnlyList<string> End()
    {
        var said = heard ?? [];
        heard = null;
        return said;
    }

    /// <summary>Called by the driver. Nothing may be thrown here.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Hear(int level, byte* domain, byte* message, nint data)
    {
        if (level <= Warning)
        {
            heard?.Add(Marshal.PtrToStringUTF8((nint)message) ?? string.Empty);
        }
    }
}
