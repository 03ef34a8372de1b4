using System.Buffers;
using System.Net;
using AdServer.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace AdServer.Benchmarks.Http;

/// <summary>
/// The web server alone, as a process of its own: reads what it is sent and answers the bytes that the ad server answers, without a thought. What it does
/// in a second is what a second has room for.
/// </summary>
internal static class BareKestrel
{
    /// <summary>Headers that Kestrel writes by itself.</summary>
    private static readonly string[] Own = ["Date", "Transfer-Encoding", "Content-Length"];

    /// <summary>Takes an answer of each kind from the ad server, then serves until the process is ended.</summary>
    /// <param name="url">Where to listen.</param>
    /// <param name="model">Where the ad server is.</param>
    /// <param name="ad">An ad that it has; none if it has nothing to serve, and nothing is reported.</param>
    public static async Task<int> RunAsync(string url, string model, string? ad)
    {
        using var client = new HttpClient { BaseAddress = new Uri(model) };
        var filled = await CopyAsync(await client.GetAsync("/ads/random?packageName=com.example.app0"));
        var logged = ad is null ? filled : await CopyAsync(await client.PostAsync("/ad_event", new StringContent(
            $$$"""{"adId":"{{{ad}}}","timestamp":"2026-01-01T00:00:00.000Z","eventDetails":{"packageName":"com.example.app0","eventType":"view","watchDuration":1}}""",
            new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"))));

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(url).ConfigureKestrel(options => options.AddServerHeader = false);
        // As Kestrel comes, unless the environment asks for the server's way of reading sockets.
        builder.AnswerOnSocketThreads();
        await using var app = builder.Build();
        app.Run(http => HttpMethods.IsGet(http.Request.Method) ? AnswerAsync(http, filled) : ReadAndAnswerAsync(http, logged));
        await app.RunAsync();
        return 0;
    }

    private static async Task ReadAndAnswerAsync(HttpContext http, CopiedAnswer answer)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync();
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        await AnswerAsync(http, answer);
    }

    private static Task AnswerAsync(HttpContext http, CopiedAnswer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        if (answer.Body.Length > 0)
        {
            response.ContentLength = answer.Body.Length;
            response.BodyWriter.Write(answer.Body);
        }

        return Task.CompletedTask;
    }

    private static async Task<CopiedAnswer> CopyAsync(HttpResponseMessage answer)
    {
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent))
        {
            throw new InvalidOperationException($"The ad server answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }

        var headers = answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated)
            .Where(header => !Own.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .Select(header => (header.Key, header.Value.ToString()));
        return new((int)answer.StatusCode, [.. headers], await answer.Content.ReadAsByteArrayAsync());
    }

    private sealed record CopiedAnswer(int Status, (string Name, string Value)[] Headers, byte[] Body);
}
