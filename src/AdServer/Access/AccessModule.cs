namespace AdServer.Access;

/// <summary>Who may administer this server. Roles and tokens belong here too.</summary>
internal static class AccessModule
{
    public static void MapAccess(this IEndpointRouteBuilder routes) => routes.MapDevelopers();
}
