using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AdServer.Access;
using AdServer.Catalog;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>A real host that serves and takes events, over stores in memory and a catalogue and a clock that stand still.</summary>
internal sealed class ServingHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private ServingHost(WebApplication app) => this.app = app;

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    public MemoryServingStore Store => (MemoryServingStore)Get<IServingStore>();

    public StillClock Clock => (StillClock)Get<TimeProvider>();

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<ServingHost> StartAsync(Ad[] ads, PackageAds[]? seen = null, params string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(settings);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        var store = new MemoryServingStore();
        store.PackageAds.AddRange(seen ?? []);
        builder.Services.AddSingleton<TimeProvider>(new StillClock(ServingData.Noon));
        builder.Services.AddSingleton<IServingStore>(store);
        builder.Services.AddSingleton<IDeliveredStore>(new MemoryDeliveredStore());
        builder.Services.AddSingleton<ISigningKeyStore>(new MemorySigningKeyStore());
        builder.Services.AddSingleton<IEventJournal, OpenJournal>();
        builder.Services.AddSingleton(new AccessSettings { Mode = AccessMode.Open });
        builder.Services.AddCatalog(builder.Configuration);
        builder.Services.AddSingleton<ICatalogReader>(new FixedCatalog(ads));
        builder.Services.AddEvents(builder.Configuration, builder.Environment.ContentRootPath);
        builder.Services.AddServing(builder.Configuration);
        var host = new ServingHost(builder.Build());
        host.app.MapEvents();
        host.app.MapServing();
        await host.app.StartAsync(TestContext.Current.CancellationToken);
        host.Client.BaseAddress = new Uri(host.app.Urls.First());
        return host;
    }

    public Task<HttpResponseMessage> AskAsync(string query) =>
        Client.GetAsync($"/ads/random{query}", TestContext.Current.CancellationToken);

    /// <summary>The identities of the ads that an app gets when it asks many times.</summary>
    public async Task<IEnumerable<string>> NextAsync(string package)
    {
        var found = new HashSet<string>();
        for (var turn = 0; turn < 40; turn++)
        {
            var answer = await AskAsync($"?packageName={package}");
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                var ad = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
                found.Add(ad.GetProperty("_id").GetString()!);
            }
        }

        return found.Order();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }

    /// <summary>Takes every event.</summary>
    private sealed class OpenJournal : IEventJournal
    {
        public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation) =>
            Task.FromResult(new AppendOutcome[batch.Count]);

        public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => Task.FromResult<Roll?>(null);

        public Task<JournalLag> ReadLagAsync(CancellationToken cancellation) => Task.FromResult(JournalLag.None);
    }

    /// <summary>The ads that the host starts with, of one performer; changes are given to the refresher by the test.</summary>
    internal sealed class FixedCatalog(Ad[] ads) : ICatalogReader
    {
        private static readonly Performer Owner = new("performer", "Performer", "p@example.com", ServingData.Noon, ServingData.Noon, 1);

        public bool IsShared => false;

        public Task<Performer?> FindPerformerAsync(string id, CancellationToken cancellation) => Task.FromResult(id == Owner.Id ? Owner : null);

        public Task<IReadOnlyList<Performer>> ListPerformersAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<Performer>>([Owner]);

        public Task<Ad?> FindAdAsync(string id, CancellationToken cancellation) => Task.FromResult(Array.Find(ads, ad => ad.Id == id));

        public Task<IReadOnlyList<Ad>> ListAdsAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<Ad>>(ads);

        public IAsyncEnumerable<CatalogChange> ListChangesAsync(DateTimeOffset? since, CancellationToken cancellation) =>
            AsyncEnumerable.Empty<CatalogChange>();

        public Task<DateTimeOffset?> ReadSharedClockAsync(CancellationToken cancellation) => Task.FromResult<DateTimeOffset?>(null);
    }
}
