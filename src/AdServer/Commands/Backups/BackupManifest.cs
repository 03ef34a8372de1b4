using System.Text.Json;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Commands.Backups;

/// <summary>What a backup says of itself, for people and for <c>restore</c>.</summary>
/// <param name="Format">Always <see cref="OurFormat"/>.</param>
/// <param name="Version">Of this record and what stands beside it.</param>
/// <param name="Schema">The version of the store's tables.</param>
/// <param name="Source">Which store it was taken of.</param>
/// <param name="TakenAt">When the backup began: what was answered before is in it.</param>
/// <param name="Position">The last roll that was applied, and how many events come after it.</param>
/// <param name="Counts">How many rows of each kind.</param>
/// <param name="StoreBytes">How large the store's file is.</param>
internal sealed record BackupManifest(
    string Format,
    int Version,
    int Schema,
    string Source,
    DateTimeOffset TakenAt,
    StatsPosition Position,
    CopyCounts Counts,
    long StoreBytes)
{
    public const string OurFormat = "adserver-backup";
    public const int OurVersion = 1;

    private static readonly JsonSerializerOptions Indented = new(ApiJson.Options) { WriteIndented = true };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Indented);

    /// <summary>Reads what some version of this program wrote; of a newer one perhaps not all. Nothing if it is something else.</summary>
    public static BackupManifest? Read(Stream json)
    {
        try
        {
            return JsonSerializer.Deserialize<BackupManifest>(json, Indented) is { Format: OurFormat } manifest ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What keeps this program from restoring it, if anything does.</summary>
    public string? Fault(int knownSchema) => this switch
    {
        { Version: > OurVersion } => $"was written by a newer server (format {Version}; this one knows up to {OurVersion}). Restore it with that one.",
        _ when Schema > knownSchema => $"was written by a newer server (schema {Schema}; this one knows up to {knownSchema}). Restore it with that one.",
        _ => null,
    };
}
