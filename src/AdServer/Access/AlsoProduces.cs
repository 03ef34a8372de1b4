namespace AdServer.Access;

/// <summary>Says of a route, in the API's document, which shapes its answer may have beside the first one: more is asked with more parameters.</summary>
internal sealed record AlsoProduces(IReadOnlyList<Type> Shapes);

/// <summary>How routes say it.</summary>
internal static class AlsoProducesMetadata
{
    public static RouteHandlerBuilder AlsoProduces<TPage, TFoundPage>(this RouteHandlerBuilder route) =>
        route.WithMetadata(new AlsoProduces([typeof(TPage), typeof(TFoundPage)]));
}
