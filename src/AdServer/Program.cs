using AdServer.Web;

var app = Program.Build(args);
return args is ["openapi", ..]
    ? await OpenApi.PrintAsync(app, Console.Out)
    : await app.RunWebAsync();

/// <summary>The composition root: each module's Add… and Map…, in the order of the modules.</summary>
internal sealed partial class Program
{
    /// <summary>The whole server, not started; <paramref name="adjust"/> has the last word on its services.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddWeb();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseWeb();
        app.MapWeb();
        return app;
    }
}
