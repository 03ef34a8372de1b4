using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>What the reader sees when the server cannot answer as it should, at the example of the first page, which asks most.</summary>
public sealed class TroubleTests(Browser browser, DemoHost demo)
{
    public static TheoryData<int, string, string> Refusals => new()
    {
        { 403, "This is not for you", "You may not see or do this." },
        { 503, "The store is not available", "The server cannot do this at the moment." },
        { 500, "Internal server error", "Trace 0HN:1" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_is_told_in_the_servers_words_and_can_be_tried_again(int status, string error, string own)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", Screen.Phone, prepare: reader => reader.FailAsync("/stats", status, error));
        var alert = reader.Page.GetByRole(AriaRole.Alert).Filter(new() { Has = reader.Page.GetByRole(AriaRole.Button) }).First;

        await Expect(alert).ToContainTextAsync(error);
        await Expect(alert).ToContainTextAsync(own);
        await reader.KeepAsync($"-{status}");
        await reader.Page.UnrouteAllAsync();
        await alert.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Last 30 days" })).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Numbers_stay_while_the_server_is_away_and_go_on_by_themselves(Screen screen)
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", screen);
        var month = reader.Page.GetByRole(AriaRole.Region, new() { Name = "Last 30 days" });
        await Expect(month).ToBeVisibleAsync();
        reader.Expected.Add("ERR_CONNECTION_REFUSED");
        reader.Expected.Add("/stats");

        await reader.Page.RouteAsync(Reader.PathIs("/stats"), route => route.AbortAsync("connectionrefused"));
        var alert = reader.Page.GetByRole(AriaRole.Alert);
        await Expect(alert).ToContainTextAsync("These numbers could not be refreshed: The server does not answer");
        await Expect(month).ToBeVisibleAsync();
        await reader.KeepAsync("-away");
        await reader.Page.UnrouteAllAsync();

        await Expect(alert).ToBeHiddenAsync();
        await reader.EndAsync();
    }

    [Fact]
    public async Task A_server_that_is_away_from_the_beginning_is_said_once_and_the_page_goes_on_by_itself()
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", Screen.Phone, prepare: reader =>
        {
            reader.Expected.AddRange(["ERR_CONNECTION_REFUSED", "/stats"]);
            return reader.Page.RouteAsync(Reader.PathIs("/stats"), route => route.AbortAsync("connectionrefused"));
        });
        await Expect(reader.Page.GetByText("The server does not answer")).ToBeVisibleAsync();
        await Expect(reader.Page.GetByText("Loading…")).ToHaveCountAsync(0);
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(1);
        await Expect(reader.Page.GetByText("could not be refreshed")).ToHaveCountAsync(0);
        await reader.EndAsync();

        await reader.Page.UnrouteAllAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Last 30 days" })).ToBeVisibleAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Too_many_requests_wait_as_long_as_the_server_says()
    {
        await using var reader = await Reader.OpenAsync(
            browser, demo.Url, "/", Screen.Desktop, prepare: reader => reader.FailAsync("/stats", 429, "Too many requests", ("Retry-After", "1")));
        await Expect(reader.Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("It goes on by itself in 1 s");

        await reader.Page.UnrouteAllAsync();

        await Expect(reader.Page.GetByRole(AriaRole.Region, new() { Name = "Last 30 days" })).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await reader.EndAsync();
    }

    [Fact]
    public async Task A_slow_server_is_said_to_be_slow()
    {
        var answer = new TaskCompletionSource();
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/", Screen.Desktop, prepare: reader => reader.Page.RouteAsync(
            Reader.PathIs("/sessions/current"),
            async route =>
            {
                await answer.Task;
                await route.ContinueAsync();
            }));

        await Expect(reader.Page.GetByText("The server takes its time")).ToBeVisibleAsync();
        answer.SetResult();

        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Fact]
    public async Task An_address_that_leads_nowhere_says_so()
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/nowhere/%E0%A4%A", Screen.Phone);

        await reader.Page.GetByRole(AriaRole.Link, new() { Name = "To the overview" }).ClickAsync();

        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Fact]
    public async Task A_server_that_has_nothing_yet_says_what_to_do()
    {
        await using var host = await AdServerHost.StartAsync();
        await using var reader = await Reader.OpenAsync(browser, host.Client.BaseAddress!, "/", Screen.Phone);

        await Expect(reader.Page.GetByText("No app asked for an ad in the last 30 days")).ToBeVisibleAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Link, new() { Name = "Add an ad" })).ToBeVisibleAsync();
        await reader.EndAsync();
    }
}
