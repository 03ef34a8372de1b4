using AdServer.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>Failures that no handler words: each is JSON, none tells what an exception says.</summary>
public sealed class ErrorTests
{
    private const string Secret = "secret of the exception";

    [Fact]
    public async Task An_unhandled_exception_is_a_500_that_is_found_in_the_log()
    {
        await using var host = await AdServerHost.StartAsync(map: app =>
        {
            app.MapGet("/at-once", string () => throw new InvalidOperationException(Secret));
            app.MapGet("/later", async () =>
            {
                await Task.Yield();
                throw new InvalidOperationException(Secret);
            });
        });

        foreach (var path in new[] { "/at-once", "/later" })
        {
            var answer = await host.GetAsync(path);

            answer.IsError(500, "Internal server error");
            Assert.DoesNotContain(Secret, answer.Text, StringComparison.Ordinal);
            var entry = Assert.Single(host.Log.Warnings, entry => entry.Message.Contains(path, StringComparison.Ordinal));
            Assert.Equal(LogLevel.Error, entry.Level);
            Assert.Contains(answer.Json.GetProperty("traceId").GetString()!, entry.Message, StringComparison.Ordinal);
            Assert.Equal(Secret, entry.Exception?.Message);
        }
    }

    [Fact]
    public async Task What_the_failed_handler_had_prepared_is_not_sent()
    {
        await using var host = await AdServerHost.StartAsync(map: app => app.MapGet("/half", string (HttpResponse response) =>
        {
            response.Headers["X-Half"] = "done";
            response.ContentType = "text/html";
            response.ContentLength = 3;
            throw new InvalidOperationException(Secret);
        }));

        var answer = await host.GetAsync("/half");

        answer.IsError(500, "Internal server error");
        Assert.Null(answer.Header("X-Half"));
    }

    [Fact]
    public async Task An_answer_that_fails_on_its_way_is_cut_off()
    {
        await using var host = await AdServerHost.StartAsync(map: app => app.MapGet("/cut", async (HttpResponse response) =>
        {
            await response.WriteAsync("some");
            await response.Body.FlushAsync();
            throw new InvalidOperationException(Secret);
        }));

        await Assert.ThrowsAsync<HttpRequestException>(() => host.GetAsync("/cut"));

        await host.StopAsync();
        Assert.Single(host.Log.Warnings);
    }

    [Fact]
    public async Task A_store_that_is_away_is_a_503_and_one_warning_a_minute()
    {
        await using var host = await AdServerHost.StartAsync(map: app =>
            app.MapGet("/stored", string () => throw new StoreUnavailableException(Secret)));

        Answer answer = null!;
        for (var call = 0; call < 5; call++)
        {
            answer = await host.GetAsync("/stored");
        }

        answer.IsError(503, "The store is not available");
        Assert.Equal("1", answer.Header("Retry-After"));
        Assert.Equal(LogLevel.Warning, Assert.Single(host.Log.Warnings).Level);

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.GetAsync("/stored");
        Assert.Equal(2, host.Log.Warnings.Count);
    }

    [Theory]
    [InlineData(400, "Bad request")]
    [InlineData(408, "Request Timeout")]
    [InlineData(413, "Request body is too large")]
    public async Task A_request_that_the_server_refuses_keeps_its_status(int status, string error)
    {
        await using var host = await AdServerHost.StartAsync(map: app =>
            app.MapGet("/refused", string () => throw new BadHttpRequestException(Secret, status)));

        var answer = await host.GetAsync("/refused");

        answer.IsError(status, error);
        Assert.Empty(host.Log.Warnings);
    }

    [Fact]
    public async Task Input_that_does_not_bind_is_a_400()
    {
        await using var host = await AdServerHost.StartAsync(map: app => app.MapGet("/square", (int number) => number * number));

        (await host.GetAsync("/square?number=seven")).IsError(400, "Bad request");
        (await host.GetAsync("/square")).IsError(400, "Bad request");
        Assert.Equal("49", (await host.GetAsync("/square?number=7")).Text);
    }

    [Theory]
    [InlineData(401, "Unauthorized")]
    [InlineData(404, "Not found")]
    [InlineData(415, "Content-Type must be application/json")]
    [InlineData(503, "Service unavailable")]
    public async Task A_bare_status_gets_a_body(int status, string error)
    {
        await using var host = await AdServerHost.StartAsync(map: app => app.MapGet("/bare", () => TypedResults.StatusCode(status)));

        (await host.GetAsync("/bare")).IsError(status, error);
    }

    [Fact]
    public async Task A_body_that_a_handler_gave_is_left_alone()
    {
        await using var host = await AdServerHost.StartAsync(map: app =>
            app.MapGet("/own", () => TypedResults.NotFound(new { exists = false })));

        var answer = await host.GetAsync("/own");

        Assert.Equal(404, answer.Status);
        Assert.Equal("""{"exists":false}""", answer.Text);
    }

    [Fact]
    public async Task A_body_of_the_wrong_type_is_a_415()
    {
        await using var host = await AdServerHost.StartAsync(map: app => app.MapPost("/typed", (Dictionary<string, int> body) => body.Count));

        using var html = new StringContent("<p>", System.Text.Encoding.UTF8, "text/html");
        var answer = await host.SendAsync(HttpMethod.Post, "/typed", html);

        answer.IsError(415, "Content-Type must be application/json");
    }

    [Fact]
    public async Task A_body_above_the_limit_of_the_server_is_a_413()
    {
        await using var host = await AdServerHost.StartAsync(map: app => app.MapPost("/sink", async (HttpRequest request) =>
        {
            await request.Body.CopyToAsync(Stream.Null);
            return "read";
        }));
        // The client asks before it sends, so that the refusal does not cross the body on its way.
        host.Client.DefaultRequestHeaders.ExpectContinue = true;

        using var most = new ByteArrayContent(new byte[AdServer.Web.HttpLimits.Body]);
        using var more = new ByteArrayContent(new byte[AdServer.Web.HttpLimits.Body + 1]);

        Assert.Equal(200, (await host.SendAsync(HttpMethod.Post, "/sink", most)).Status);
        (await host.SendAsync(HttpMethod.Post, "/sink", more)).IsError(413, "Request body is too large");
    }

    [Fact]
    public async Task A_client_that_hangs_up_is_no_failure_of_ours()
    {
        var arrived = new TaskCompletionSource();
        await using var host = await AdServerHost.StartAsync(map: app => app.MapGet("/wait", async (HttpContext context) =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        using var hangUp = new CancellationTokenSource();

        var call = host.Client.GetAsync("/wait", hangUp.Token);
        await arrived.Task;
        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await host.StopAsync();
        Assert.Empty(host.Log.Warnings);
    }
}
