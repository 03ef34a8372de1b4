using System.Runtime.InteropServices;

namespace AdServer.Storage.Mongo.Native;

/// <summary>
/// The functions of MongoDB's C driver that we call, by its own names; see https://mongoc.org. The library is found by
/// <see cref="MongocLibrary"/>; versions 1.20 and later and 2.x have all of them, with the same layouts.
/// </summary>
internal static unsafe partial class Mongoc
{
    /// <summary>What <see cref="MongocLibrary"/> resolves.</summary>
    public const string Driver = "mongoc";

    public const string Bson = "bson";

    /// <summary>The errors whose domain says whether the server or the driver made them.</summary>
    public const int ErrorApi = 2;

    [LibraryImport(Driver)]
    public static partial void mongoc_init();

    [LibraryImport(Driver)]
    public static partial void mongoc_log_set_handler(delegate* unmanaged[Cdecl]<int, byte*, byte*, nint, void> handler, nint data);

    [LibraryImport(Driver)]
    public static partial nint mongoc_uri_new_with_error(byte* text, Error* error);

    [LibraryImport(Driver)]
    public static partial void mongoc_uri_destroy(nint uri);

    [LibraryImport(Driver)]
    public static partial nint mongoc_client_pool_new_with_error(nint uri, Error* error);

    [LibraryImport(Driver)]
    public static partial byte mongoc_client_pool_set_error_api(nint pool, int version);

    [LibraryImport(Driver)]
    public static partial void mongoc_client_pool_destroy(nint pool);

    [LibraryImport(Driver)]
    public static partial nint mongoc_client_pool_pop(nint pool);

    [LibraryImport(Driver)]
    public static partial void mongoc_client_pool_push(nint pool, nint client);

    [LibraryImport(Driver)]
    public static partial nint mongoc_client_get_uri(nint client);

    [LibraryImport(Driver)]
    public static partial Host* mongoc_uri_get_hosts(nint uri);

    [LibraryImport(Driver)]
    public static partial byte mongoc_client_command_simple(
        nint client, byte* database, Document* command, nint readPreference, Document* reply, Error* error);

    [LibraryImport(Bson)]
    public static partial byte bson_init_static(Document* document, byte* data, nuint length);

    [LibraryImport(Bson)]
    public static partial byte* bson_get_data(Document* document);

    [LibraryImport(Bson)]
    public static partial void bson_destroy(Document* document);

    /// <summary><c>bson_t</c>. The library may take its address to be a multiple of <see cref="Alignment"/>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = Size)]
    public struct Document
    {
        public const int Size = 128;
        public const int Alignment = 128;

        public uint Flags;
        public uint Length;
    }

    /// <summary>The beginning of <c>mongoc_host_list_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Host
    {
        private const int NameSize = 256;
        private const int NameAndPortSize = 262;

        public Host* Next;
        private fixed byte name[NameSize];
        private fixed byte nameAndPort[NameAndPortSize];

        public readonly string NameAndPort
        {
            get
            {
                fixed (byte* start = nameAndPort)
                {
                    return Marshal.PtrToStringUTF8((nint)start) ?? string.Empty;
                }
            }
        }
    }

    /// <summary><c>bson_error_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = Size)]
    public struct Error
    {
        private const int Size = 512;
        private const int MessageSize = 503;

        public uint Domain;
        public uint Code;
        private fixed byte text[MessageSize];

        /// <summary>The driver's or the server's words.</summary>
        public readonly string Message
        {
            get
            {
                fixed (byte* start = text)
                {
                    return Marshal.PtrToStringUTF8((nint)start) ?? string.Empty;
                }
            }
        }
    }
}
