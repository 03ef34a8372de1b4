using AdServer.Access;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>There is no change without an entry, whatever is away when; and what cannot be known the audit does not claim.</summary>
public sealed class AuditAccidentTests : IAsyncLifetime
{
    private static readonly string[] Lists = ["/performers", "/ads", "/developers", "/tokens", "/audit"];

    private readonly AuditGate gate = new();
    private AdServerHost host = null!;
    private string performer = null!;
    private string ad = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync(services: gate.Install);
        performer = await new Portal(host).SignUpAsync();
        ad = await new Portal(host).AddAdAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task What_cannot_be_noted_is_not_done()
    {
        var token = (await host.PostAsync("/tokens", new { name = "n", role = "analyst" })).Has(201).Json.GetProperty("details").Text("_id");
        var developer = (await host.PostAsync("/developers", new { name = "D", email = "d@example.com" })).Has(201).Json.Text("developerId");
        var before = await SnapshotAsync();
        gate.IsAway = true;

        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Post, "/performers", new { name = "Bob", email = "bob@example.com" }),
            (HttpMethod.Put, $"/performers/{performer}", new { name = "Anna" }),
            (HttpMethod.Delete, $"/performers/{performer}", null),
            (HttpMethod.Post, "/ads", Portal.NewAd()),
            (HttpMethod.Put, $"/ads/{ad}", new { name = "New" }),
            (HttpMethod.Delete, $"/ads/{ad}", null),
            (HttpMethod.Post, "/developers", new { name = "E", email = "e@example.com" }),
            (HttpMethod.Delete, $"/developers/{developer}", null),
            (HttpMethod.Post, "/tokens", new { name = "m", role = "analyst" }),
            (HttpMethod.Post, $"/tokens/{token}/rotate", null),
            (HttpMethod.Delete, $"/tokens/{token}", null),
            (HttpMethod.Post, "/stats/rebuild?from=2026-11-21&to=2026-11-21", null),
            (HttpMethod.Post, "/stats/rerate?day=2026-11-21", null),
            (HttpMethod.Delete, "/devices/d", null),
        })
        {
            Assert.Equal((503, $"{method} {path}"), ((await host.SendAsync(method, path, body)).Status, $"{method} {path}"));
        }

        gate.IsAway = false;
        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task Of_a_process_that_died_after_a_change_the_entry_is_there_and_says_that_its_end_is_unknown()
    {
        gate.IsEndAway = true;
        (await host.PutAsync($"/ads/{ad}", new { name = "New" })).Succeeds();
        gate.IsEndAway = false;
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        (await host.PutAsync($"/ads/{ad}", new { name = "Newer" })).Succeeds();

        var entries = (await host.GetAsync($"/audit?object=ad:{ad}")).Json.GetProperty("items").EnumerateArray().ToList();
        var open = entries.Single(entry => entry.Text("outcome") == "unknown");

        Assert.Equal(("ad.update", "New"), (open.Text("action"), open.GetProperty("after").Text("name")));
        Assert.Equal(open.GetProperty("after").Number("version"), entries[0].GetProperty("before").Number("version"));
        Assert.Contains(host.Log.Warnings, entry => entry.Category == typeof(AuditLog).FullName);
    }

    private async Task<string> SnapshotAsync() => string.Join('\n', await Task.WhenAll(
        Lists.Select(async path => (await host.GetAsync(path)).Text)));
}
