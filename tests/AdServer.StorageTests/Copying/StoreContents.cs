using AdServer.Commands.Copying;
using AdServer.Events;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Copying;

/// <summary>What a store holds.</summary>
/// <param name="Rows">Every row but events and identities, by stage, in an order of their own.</param>
/// <param name="Packages">In their order.</param>
/// <param name="Events">Of days whose raw events are kept, in the order of their commits, without identities that no client gave.</param>
/// <param name="EventIds">What counts no more, ordered.</param>
internal sealed record StoreContents(
    IReadOnlyList<string> Rows, IReadOnlyList<string> Packages, IReadOnlyList<AdEvent> Events, IReadOnlyList<string> EventIds)
{
    public static async Task<StoreContents> ReadAsync(ICopySource source)
    {
        var rows = new List<string>();
        var events = await ListAsync(source, CopyStage.Events, piece => ((CopyRows.Events)piece).Items);
        var ids = await ListAsync(source, CopyStage.EventIds, piece => ((CopyRows.EventIds)piece).Items.Select(item => item.Id));
        rows.AddRange(await ListAsync(source, CopyStage.Performers, piece => ((CopyRows.Performers)piece).Items.Select(item => $"{item}")));
        rows.AddRange(await ListAsync(source, CopyStage.Developers, piece => ((CopyRows.Developers)piece).Items.Select(item => $"{item}")));
        rows.AddRange(await ListAsync(source, CopyStage.Tokens, piece => ((CopyRows.Tokens)piece).Items.Select(item => $"{item with { Packages = [] }} {string.Join(',', item.Packages)}")));
        rows.AddRange(await ListAsync(source, CopyStage.Audit, piece => ((CopyRows.Audit)piece).Items.Select(item => $"{item}")));
        rows.AddRange(await ListAsync(source, CopyStage.Ads, piece => ((CopyRows.Ads)piece).Items.Select(Describe)));
        rows.AddRange(await ListAsync(source, CopyStage.Deliveries, piece => ((CopyRows.Deliveries)piece).Items.Select(item => $"{item}")));
        rows.AddRange(await ListAsync(source, CopyStage.Requests, piece => ((CopyRows.Requests)piece).Items.Select(item => $"{item}")));
        rows.AddRange(await ListAsync(source, CopyStage.Delivered, piece => ((CopyRows.Delivered)piece).Items.Select(item => $"delivered {item}")));
        var said = await ListAsync(source, CopyStage.RawSince, piece => ((CopyRows.RawSince)piece).Items);
        rows.AddRange(said.Select(item => $"{item}"));
        return new StoreContents(
            [.. rows.Order(StringComparer.Ordinal)],
            await ListAsync(source, CopyStage.Packages, piece => ((CopyRows.Packages)piece).Items),
            [.. events.Where(one => said.TrueForAll(item => one.Day >= item.Day)).Select(one => one with { Identity = null })],
            [.. ids.Union(events.Select(one => one.EventId).OfType<string>()).Order(StringComparer.Ordinal)]);
    }

    /// <summary>That a target holds what its source does. Packages of the source's last events are noted when they are rolled up.</summary>
    public static void AssertEqual(StoreContents source, StoreContents target)
    {
        Assert.Equal(source.Rows, target.Rows);
        Assert.Equal(source.Packages, target.Packages.Take(source.Packages.Count));
        Assert.Equal(source.Events, target.Events);
        Assert.Equal(source.EventIds, target.EventIds);
    }

    private static async Task<List<T>> ListAsync<T>(ICopySource source, CopyStage stage, Func<CopyRows, IEnumerable<T>> read)
    {
        var found = new List<T>();
        for (var piece = await source.ReadAsync(stage, string.Empty, Token); piece is not null;)
        {
            found.AddRange(read(piece.Rows));
            piece = await source.ReadAsync(stage, piece.Next, Token);
        }

        return found;
    }

    /// <summary>A removed ad belongs to nobody in one engine and keeps its performer in another.</summary>
    private static string Describe(CopiedAd copied)
    {
        var ad = copied.RemovedAt is null ? copied.Ad : copied.Ad with { PerformerId = string.Empty };
        return $"{copied with { Ad = ad with { Packages = PackageRulesOf(ad) } }} {string.Join(' ', ad.Packages.Allow)} {string.Join(' ', ad.Packages.Deny)}";
    }

    private static Catalog.PackageRules PackageRulesOf(Catalog.Ad ad) => ad.Packages.IsEverywhere ? Catalog.PackageRules.Everywhere : new([], []);
}
