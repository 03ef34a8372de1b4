using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Filters;
using Serilog.Formatting.Json;

namespace AdServer.Web;

/// <summary>
/// The log on the console: text on a terminal, one JSON object a line when the output is redirected. Levels from the settings
/// section <c>Serilog</c>. Requests are not logged: their paths and queries name people and devices, and the metrics count them.
/// </summary>
internal static class ConsoleLog
{
    private const string RequestCategory = "Microsoft.AspNetCore.Hosting.Diagnostics";
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    public static void AddConsoleLog(this WebApplicationBuilder builder)
    {
        var logger = Configure(new LoggerConfiguration(), Console.IsOutputRedirected)
            .ReadFrom.Configuration(builder.Configuration)
            .CreateLogger();
        builder.Logging.ClearProviders()
            .SetMinimumLevel(LogLevel.Trace)
            .AddSerilog(logger, dispose: true)
            // Any level here makes the host start an activity and a log scope for each request, on the hot routes too.
            // Said twice, because what AddSerilog says of its provider wins over what is said of all.
            .AddFilter(RequestCategory, LogLevel.None)
            .AddFilter<SerilogLoggerProvider>(RequestCategory, LogLevel.None);
    }

    internal static LoggerConfiguration Configure(LoggerConfiguration log, bool redirected)
    {
        log.MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
            // The readiness page says it, and ReadinessLog says when it changes; the framework would repeat it at every probe.
            .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)
            .Filter.ByExcluding(entry => Matching.FromSource(HostCategory)(entry) && StartFailure.Explain(entry.Exception) is not null);
        return redirected
            ? log.WriteTo.Console(new JsonFormatter(renderMessage: true, formatProvider: CultureInfo.InvariantCulture))
            : log.WriteTo.Console(new LogLine());
    }
}
