var builder = WebApplication.CreateBuilder(args);
builder.Build().Run();

/// <summary>The composition root.</summary>
internal sealed partial class Program;
