using System.Text.Json;

namespace AdServer.Storage;

/// <summary>The place in a list behind the key of one row, as text: what the mark of a copy keeps.</summary>
internal static class StoragePlace
{
    public static string Of(params string[] key) => JsonSerializer.Serialize(key);

    /// <summary>The key, or nothing at the beginning.</summary>
    public static string[]? Read(string place) => place.Length == 0 ? null : JsonSerializer.Deserialize<string[]>(place);
}
