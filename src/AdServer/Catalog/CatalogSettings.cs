namespace AdServer.Catalog;

/// <summary>The settings <c>Catalog:…</c>.</summary>
internal sealed record CatalogSettings
{
    /// <summary>How often a host asks a shared store what other hosts wrote.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often it asks for everything, whatever it was told before.</summary>
    public TimeSpan ReadAllEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What is wrong with the values, if anything.</summary>
    public string? Fault() => this switch
    {
        _ when PollEvery < TimeSpan.FromMilliseconds(10) || PollEvery > TimeSpan.FromMinutes(1) => "Catalog:PollEvery must be from 00:00:00.010 to 00:01:00",
        _ when ReadAllEvery < PollEvery => "Catalog:ReadAllEvery must be at least Catalog:PollEvery",
        _ => null,
    };
}
