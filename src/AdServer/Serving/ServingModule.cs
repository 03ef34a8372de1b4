using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using Microsoft.AspNetCore.Mvc;

namespace AdServer.Serving;

/// <summary>Serving: which ad an app gets next.</summary>
internal static class ServingModule
{
    public static void AddServing(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.Read<ServingSettings>("Serving");
        settings.Checked(settings.Fault());
        services.AddSingleton(settings);
        services.AddSingleton(new KnownPackages(settings.MaxPackages, AdEvent.OtherPackage));
#pragma warning disable RS0030 // the one place: everybody else takes a Random
        services.AddSingleton(Random.Shared);
#pragma warning restore RS0030
        services.AddSingleton<SeenSets>();
        services.AddSingleton<CurrentCandidates>();
        services.AddSingleton<Delivery>();
        services.AddSingleton<DeliveredLookup>();
        services.AddSingleton<DeliveredAds>();
        services.AddSingleton<IDeliveredAds>(provider => provider.GetRequiredService<DeliveredAds>());
        services.AddSingleton<DeliveryWriter>();
        services.AddSingleton<ServingMetrics>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<SignedDeliveries>();
        services.AddSingleton<IDeliveryProofs>(provider => provider.GetRequiredService<SignedDeliveries>());
        services.AddSingleton<SigningKeyRefresher>();
        services.AddSingleton<RandomAd>();
        services.AddSingleton<ExplainedAds>();
        services.AddSingleton<SeenSetsRefresher>();
        services.AddHostedService(provider => provider.GetRequiredService<SeenSetsRefresher>());
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeyRefresher>());
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryWriter>());
        services.AddHealthChecks().AddCheck<ServingHealth>("serving");
        PollingHealth.Add<SeenSetsRefresher>(services, "seen");
        PollingHealth.Add<SigningKeyRefresher>(services, "signing");
    }

    /// <summary>Maps the routes, and lets serving see committed events and changes of the catalogue from the start.</summary>
    public static void MapServing(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        services.GetRequiredService<JournalWriter>().Committed += services.GetRequiredService<SeenSets>().Add;
        var answer = services.GetRequiredService<RandomAd>();
        routes.MapGet("/ads/random", Describe).WithTags("Serving")
            .Produces<AdResponse>().Produces(StatusCodes.Status204NoContent).ProducesError(StatusCodes.Status400BadRequest)
            // The signature is for the API's document alone: the query is read without parsing it into a dictionary.
            .Add(endpoint => endpoint.RequestDelegate = answer.HandleAsync);
        routes.MapExplanations();
    }

    /// <summary>The next ad for an app: unseen ads first, weighted by budget; 204 if there is none.</summary>
    /// <param name="packageName">The app's package name.</param>
    private static void Describe([FromQuery(Name = PackageParameter.Name)] string packageName) => _ = packageName;
}
