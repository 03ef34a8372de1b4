using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AdServer.PageTests;

/// <summary>The page of an ad.</summary>
public sealed class AdViewTests(Browser browser, DemoHost demo)
{
    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task An_ad_is_paused_resumed_and_deleted_only_when_that_is_confirmed(Screen screen)
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}", screen, prepare: Finds.WithoutVideosAsync);
        await Expect(reader.Text("The video cannot be shown here")).ToBeVisibleAsync();
        await Expect(reader.Text("Can be closed from 12.5 s")).ToBeVisibleAsync();
        await reader.Button("Pause").ClickAsync();
        await Expect(reader.Button("Resume")).ToBeVisibleAsync();
        Assert.Equal("paused", (await scene.GetAsync($"/ads/{id}")).Text("status"));
        await reader.EndAsync();

        await reader.Button("Delete").ClickAsync();
        await Expect(reader.Text("This cannot be undone")).ToBeVisibleAsync();
        await reader.EndAsync();
        await reader.Page.Keyboard.PressAsync("Escape");
        await Expect(reader.Button("Delete")).ToBeFocusedAsync();
        Assert.Equal(200, await scene.StatusOfAsync($"/ads/{id}"));

        await reader.Button("Delete").ClickAsync();
        await reader.Button("Delete the ad and its statistics").ClickAsync();
        await Expect(reader.Heading("Ads")).ToBeVisibleAsync();
        Assert.Equal(404, await scene.StatusOfAsync($"/ads/{id}"));
    }

    [Fact]
    public async Task What_somebody_else_changed_meanwhile_is_neither_paused_nor_deleted_unseen()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}", Screen.Desktop, prepare: Finds.WithoutVideosAsync);
        reader.Expected.Add("412");
        await Expect(reader.Button("Pause")).ToBeVisibleAsync();
        await scene.ChangeAsync($"/ads/{id}", new { adName = $"{scene.Mark} anew" });
        await reader.Button("Pause").ClickAsync();
        await Expect(reader.Text("Nothing was changed by you")).ToBeVisibleAsync();
        await Expect(reader.Heading($"{scene.Mark} anew")).ToBeVisibleAsync();

        await reader.Button("Delete").ClickAsync();
        await scene.ChangeAsync($"/ads/{id}", new { adName = $"{scene.Mark} again" });
        await reader.Button("Delete the ad and its statistics").ClickAsync();
        await Expect(reader.Text("It was changed meanwhile; read it again")).ToBeVisibleAsync();
        await reader.Button("Cancel").ClickAsync();
        await Expect(reader.Heading($"{scene.Mark} again")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task A_video_is_shown_with_its_skip_and_exit_times(Screen screen)
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark, videoUrl: "https://videos.example/clip");
        var clip = Silence(TimeSpan.FromSeconds(10));
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}", screen, prepare: one =>
            one.Page.RouteAsync("https://videos.example/clip", route => PlayAsync(route, clip)));
        await Expect(reader.Text("– after the end (10 s)")).ToBeVisibleAsync();
        await reader.Button("Go to 5 s").ClickAsync();
        await Expect(reader.Page.Locator("video")).ToHaveJSPropertyAsync("currentTime", 5);
        await reader.EndAsync();
    }

    [Fact]
    public async Task An_address_that_is_none_of_the_web_is_no_link()
    {
        var scene = await CatalogScene.MakeAsync(demo);
        var id = await scene.AddAdAsync(scene.Mark);
        var ad = (await scene.GetAsync($"/ads/{id}")).GetRawText().Replace("https://example.com", "javascript:alert(1)//", StringComparison.Ordinal);
        await using var reader = await Reader.OpenAsync(browser, demo.Url, $"/ads/{id}", Screen.Desktop, prepare: one =>
            one.Page.RouteAsync(Reader.PathIs($"/ads/{id}"), route => route.FulfillAsync(new() { ContentType = "application/json", Body = ad })));
        await Expect(reader.Text("javascript:alert(1)///video.mp4")).ToBeVisibleAsync();
        await Expect(reader.Page.Locator("a[href^='javascript'], video")).ToHaveCountAsync(0);
        await reader.EndAsync();
    }

    [Fact]
    public async Task An_ad_that_is_not_there_is_said_to_be_gone()
    {
        await using var reader = await Reader.OpenAsync(browser, demo.Url, "/ads/nothing", Screen.Phone, prepare: one =>
        {
            one.Expected.Add("404");
            return Task.CompletedTask;
        });
        await Expect(reader.Text("It is not there (any more).")).ToBeVisibleAsync();
        await reader.EndAsync();
    }

    /// <summary>Answers as a server of videos does: whole, or the part that is asked for.</summary>
    private static Task PlayAsync(IRoute route, byte[] clip)
    {
        var from = route.Request.Headers.GetValueOrDefault("range") is { } range
            ? int.Parse(range["bytes=".Length..].Split('-')[0], CultureInfo.InvariantCulture)
            : 0;
        return route.FulfillAsync(new()
        {
            Status = 206,
            ContentType = "audio/wav",
            Headers = new Dictionary<string, string>
            {
                ["Accept-Ranges"] = "bytes",
                ["Content-Range"] = $"bytes {from}-{clip.Length - 1}/{clip.Length}",
            },
            BodyBytes = clip[from..],
        });
    }

    /// <summary>A WAV file (8 kHz, 8 bits, mono), which browsers play wherever they play a video.</summary>
    private static byte[] Silence(TimeSpan length)
    {
        const int Rate = 8000;
        const int HeaderBytes = 44;
        var samples = (int)(Rate * length.TotalSeconds);
        var file = new byte[HeaderBytes + samples];
        Encoding.ASCII.GetBytes("RIFF    WAVEfmt ").CopyTo(file, 0);
        Encoding.ASCII.GetBytes("data").CopyTo(file, 36);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), Rate);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 8);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), samples);
        file.AsSpan(HeaderBytes).Fill(128);
        return file;
    }
}
