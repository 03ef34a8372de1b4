using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Catalog;
using AdServer.Commands;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using AdServer.Storage;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace AdServer.StorageTests;

/// <summary>One engine with an empty store of its own, and the few things that the laws need to do to it from outside.</summary>
internal abstract class TestEngine : IAsyncDisposable
{
    private Lazy<ServiceProvider> services;

    protected TestEngine() => services = new(Open);

    public ManualClock Clock { get; } = new();

    /// <summary>What commands on this store said.</summary>
    public StringWriter Said { get; } = new();

    public ICatalogStore Catalog => Get<ICatalogStore>();

    public IAccessStore Access => Get<IAccessStore>();

    public ITokenStore Tokens => Get<ITokenStore>();

    public IAuditStore Audit => Get<IAuditStore>();

    public IIdempotencyStore Keys => Get<IIdempotencyStore>();

    public ICredentialStore Credentials => Get<ICredentialStore>();

    public ISigningKeyStore SigningKeys => Get<ISigningKeyStore>();

    public virtual IEventJournal Journal => Get<IEventJournal>();

    public IStatsStore Stats => Get<IStatsStore>();

    public ISweepStore Sweep => Get<ISweepStore>();

    public IServingStore Serving => Get<IServingStore>();

    public ILedgerStore Ledger => Get<ILedgerStore>();

    public IDeviceStore Devices => Get<IDeviceStore>();

    public IRetentionStore Retention => Get<IRetentionStore>();

    public IRatingStore Rating => Get<IRatingStore>();

    public IDeliveredStore Delivered => Get<IDeliveredStore>();

    /// <summary>Starts the server; a use of a store does it, too.</summary>
    public Task OpenAsync() => services.Value.OpenStorageAsync();

    /// <summary>Ends the server and starts another on the same data.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>Ends the server, leaving its store to others.</summary>
    public Task StopAsync() => CloseAsync();

    /// <summary>Opens the store for something else than serving.</summary>
    public abstract ServiceProvider Open(StorageAccess access);

    public virtual async ValueTask DisposeAsync() => await CloseAsync();

    /// <summary>Makes the engine fail each write from now on for want of room.</summary>
    public abstract Task FillDiskAsync();

    /// <summary>Gives the room back.</summary>
    public abstract Task FreeDiskAsync();

    /// <summary>Adds a view that never was to a derived row.</summary>
    public abstract Task SpoilAdRowAsync(string adId);

    /// <summary>Takes a view from the package rows of an ad.</summary>
    public abstract Task SpoilPackageRowsAsync(string adId);

    /// <summary>Takes a view from the revisions of an ad.</summary>
    public abstract Task SpoilRevisionsAsync(string adId);

    /// <summary>Deletes the revisions of an ad.</summary>
    public abstract Task DeleteRevisionsAsync(string adId);

    /// <summary>Adds a revision of which no event knows: an ad's of today.</summary>
    public abstract Task AddStrangeRevisionAsync(string adId, string performerId);

    /// <summary>Takes a view from the rows of an ad's invalid traffic.</summary>
    public abstract Task SpoilInvalidAsync(string adId);

    /// <summary>Deletes the rows of an ad's invalid traffic.</summary>
    public abstract Task DeleteInvalidAsync(string adId);

    /// <summary>Adds a row of invalid traffic of which no event knows: an ad's of today, never delivered.</summary>
    public abstract Task AddStrangeInvalidAsync(string adId, string performerId);

    /// <summary>Deletes the rows of an ad.</summary>
    public abstract Task DeleteRowsAsync(string adId);

    /// <summary>Adds rows of which no event knows: an ad's of today.</summary>
    public abstract Task AddStrangeRowsAsync(string adId, string performerId);

    /// <summary>Empties the buckets that hold an ad.</summary>
    public abstract Task SpoilBucketsAsync(string adId);

    /// <summary>Adds a pair to the package sets, or takes one out, that the events do not say.</summary>
    public abstract Task SpoilPackageAdsAsync(string package);

    /// <summary>Counts everything that is kept of an ad beside its mark and the identities of its events.</summary>
    public abstract Task<long> CountTracesAsync(string adId);

    /// <summary>Deletes all raw events of days before one, with their buckets, as nobody should.</summary>
    public abstract Task DeleteRawAsync(UtcDay before);

    /// <summary>Counts whatever still names a device or a user agent: raw events and buckets.</summary>
    public abstract Task<long> CountDeviceAsync(string deviceId, string userAgent);

    /// <summary>How many raw events there are, and how many buckets.</summary>
    public abstract Task<(long Events, long Buckets)> CountRawAsync();

    /// <summary>The most events of one bucket.</summary>
    public abstract Task<int> ReadLargestBucketAsync();

    protected abstract ServiceProvider Open();

    /// <summary>The clock, and the commands with their console.</summary>
    protected IServiceCollection NewServices() => new ServiceCollection()
        .AddSingleton<TimeProvider>(Clock)
        .AddSingleton(AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(Said) }))
        .AddCommands();

    protected T Get<T>()
        where T : notnull => services.Value.GetRequiredService<T>();

    protected async Task CloseAsync()
    {
        if (services.IsValueCreated)
        {
            await services.Value.DisposeAsync();
            services = new(Open);
        }
    }
}
