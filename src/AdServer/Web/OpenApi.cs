using System.Reflection;
using AdServer.Access;
using AdServer.Common;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AdServer.Web;

/// <summary>The OpenAPI document of all routes and the page to read and try it. Its words are the doc comments of handlers and records.</summary>
internal static class OpenApi
{
    public const string Root = "/swagger";
    public const string Folder = Root + "/";
    public const string Page = Folder + "index.html";
    public const string Version = "v1";

    /// <summary>A line at the top of the page where everybody may do everything.</summary>
    private const string OpenWarning =
        "<style>.swagger-ui .topbar::after{display:block;margin-top:10px;padding:8px;background:#b3261e;color:#fff;text-align:center;font:bold 16px sans-serif;"
        + "content:'Access is open: everybody who reaches this server may do everything'}</style>";

    public static void AddOpenApi(this IServiceCollection services) =>
        services.AddEndpointsApiExplorer().AddSwaggerGen(Describe);

    public static void MapOpenApi(this IEndpointRouteBuilder endpoints)
    {
        var access = endpoints.ServiceProvider.GetRequiredService<AccessSettings>();
        endpoints.MapSwagger();
        // The page names the document relative to itself, so that it works below any prefix.
        endpoints.MapSwaggerUI("swagger", page =>
        {
            page.SwaggerEndpoint($"{Version}/swagger.json", "AdServer");
            page.DocumentTitle = "AdServer API";
            page.HeadContent = access.Mode == AccessMode.Open ? OpenWarning : string.Empty;
        });
    }

    /// <summary>Writes the document as it is kept in git, without starting the server. Answers the exit code of the process.</summary>
    public static async Task<int> PrintAsync(WebApplication app, TextWriter output)
    {
        // Starting would do this: it makes the mapped endpoints known to the API explorer.
        app.UseEndpoints(_ => { });
        var document = app.Services.GetRequiredService<ISwaggerProvider>().GetSwagger(Version);
        var json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_0);
        await output.WriteAsync(json.ReplaceLineEndings("\n").TrimEnd() + "\n");
        await output.FlushAsync();
        await app.DisposeAsync();
        return 0;
    }

    private static void Describe(SwaggerGenOptions options)
    {
        options.SwaggerDoc(Version, new OpenApiInfo
        {
            Title = "AdServer",
            Version = Version,
            Description = "Serves video ads to apps, takes their events and reports statistics. "
                + "Every route is served at `/` and identically below `/api`; HEAD works wherever GET does. "
                + "Every error is an RFC 9457 problem that also carries the string `error`.",
            License = new OpenApiLicense { Name = "MIT", Url = new Uri("https://opensource.org/license/mit") },
        });
        options.IncludeXmlComments(Assembly.GetExecutingAssembly());
        options.DescribeAllParametersInCamelCase();
        options.SupportNonNullableReferenceTypes();
        options.NonNullableReferenceTypesAsRequired();
        options.SchemaFilter<MayGrow>();
        options.OperationFilter<NamesHeaders>();
        options.OperationFilter<NamesShapes>();
        options.MapType<UtcDay>(() => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date" });
        options.TagActionsBy(description => [Tag(description)]);
        options.OrderActionsBy(description => $"/{description.RelativePath} {description.HttpMethod}");
    }

    /// <summary>The tag that the module gave, or the noun of the class that holds the handler.</summary>
    private static string Tag(ApiDescription description)
    {
        var metadata = description.ActionDescriptor.EndpointMetadata;
        return metadata.OfType<ITagsMetadata>().LastOrDefault()?.Tags[0]
            ?? metadata.OfType<MethodInfo>().Last().DeclaringType!.Name.Replace("Endpoints", string.Empty, StringComparison.Ordinal);
    }

    /// <summary>The header that some routes take beside their parameters.</summary>
    private sealed class NamesHeaders : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<TakesIdempotencyKey>().Any())
            {
                return;
            }

            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyKeys.Header,
                In = ParameterLocation.Header,
                Description = "1 to 255 visible ASCII characters: a request that comes again with the same key, within 24 hours, creates nothing more",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }
    }

    /// <summary>The further shapes of an answer. Any of them, not one: a page of what was found is a page, too.</summary>
    private sealed class NamesShapes : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AlsoProduces>().LastOrDefault() is { } also
                && operation.Responses?["200"].Content?["application/json"] is OpenApiMediaType answer)
            {
                var others = also.Shapes.Select(shape => context.SchemaGenerator.GenerateSchema(shape, context.SchemaRepository));
                answer.Schema = new OpenApiSchema { AnyOf = [answer.Schema!, .. others] };
            }
        }
    }

    /// <summary>An answer may get more members in a later version: no client is to be generated that refuses them.</summary>
    private sealed class MayGrow : ISchemaFilter
    {
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is OpenApiSchema own)
            {
                own.AdditionalPropertiesAllowed = true;
            }
        }
    }
}
