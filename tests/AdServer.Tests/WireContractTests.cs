using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace AdServer.Tests;

/// <summary>What all routes of the business have in common: two addresses, HEAD, Allow, and JSON whatever one sends.</summary>
public sealed class WireContractTests(SharedHost shared) : IClassFixture<SharedHost>
{
    /// <summary>Each address and the methods it takes.</summary>
    public static TheoryData<string, string> Addresses => new()
    {
        { "/performers", "GET, HEAD, POST" },
        { "/performers/some-id", "DELETE, GET, HEAD, PUT" },
        { "/performers/some-id/stats", "GET, HEAD" },
        { "/performers/some-id/stats/daily", "GET, HEAD" },
        { "/developers", "GET, HEAD, POST" },
        { "/developers/some-id", "DELETE" },
        { "/ads", "GET, HEAD, POST" },
        { "/ads/some-id", "DELETE, GET, HEAD, PUT" },
        { "/ads/some-id/stats", "GET, HEAD" },
        { "/ads/some-id/stats/daily", "GET, HEAD" },
        { "/ad_event", "POST" },
        { "/ad_events", "POST" },
        { "/stats", "GET, HEAD" },
    };

    /// <summary>Every route that reads a body.</summary>
    public static TheoryData<string, string> Writers => new()
    {
        { "POST", "/performers" },
        { "POST", "/performers/check-email" },
        { "PUT", "/performers/some-id" },
        { "POST", "/developers" },
        { "POST", "/developers/login" },
        { "POST", "/ads" },
        { "PUT", "/ads/some-id" },
        { "POST", "/ad_event" },
        { "POST", "/ad_events" },
    };

    /// <summary>Every route that reads alone, with something to read.</summary>
    public static TheoryData<string> Readers => ["/performers", "/developers", "/ads", "/stats", "/ads?limit=1", "/stats?groupBy=ad&format=csv"];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task A_wrong_method_is_a_405_that_names_the_right_ones(string path, string allowed)
    {
        foreach (var prefix in new[] { "", "/api" })
        {
            var answer = await shared.Host.SendAsync(HttpMethod.Patch, prefix + path);

            answer.IsError(405, "Method not allowed");
            Assert.Equal(allowed.Split(", "), answer.Header("Allow")!.Split(", ").Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("/performers/check-email")]
    [InlineData("/developers/login")]
    public async Task A_literal_address_names_its_method_too(string path) =>
        Assert.Contains("POST", (await shared.Host.SendAsync(HttpMethod.Patch, path)).Header("Allow")!.Split(", "));

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task No_address_ends_in_a_slash(string path, string allowed)
    {
        Assert.NotEmpty(allowed);
        (await shared.Host.GetAsync(path + "/")).IsError(404, "Not found");
        (await shared.Host.GetAsync($"/api{path}/")).IsError(404, "Not found");
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task HEAD_answers_like_GET_without_the_body(string path)
    {
        foreach (var prefix in new[] { "", "/api" })
        {
            var get = await shared.Host.GetAsync(prefix + path);
            var head = await shared.Host.SendAsync(HttpMethod.Head, prefix + path);

            Assert.Equal((200, get.MediaType, string.Empty), (head.Status, head.MediaType, head.Text));
            Assert.NotEmpty(get.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task HEAD_has_the_status_of_GET_also_where_nothing_is_found(string path, string allowed)
    {
        var get = await shared.Host.GetAsync(path);
        var head = await shared.Host.SendAsync(HttpMethod.Head, path);

        Assert.Equal(allowed.Contains("GET", StringComparison.Ordinal), get.Status != 405);
        Assert.Equal((get.Status, string.Empty), (head.Status, head.Text));
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task What_is_no_json_is_a_400(string method, string path)
    {
        string[] bodies =
        [
            "", " ", "{", "{\"name\":}", "nul", "{} {}", "{\"name\":\"a\",}", "// x\n{}", "{'name':1}", "[1,", "{\"name\":NaN}",
            Deep(500)[1..], "{\"name\":" + Deep(500)[1..],
        ];
        foreach (var body in bodies)
        {
            (await SendAsync(method, path, body)).IsError(400, "Request body is not valid JSON");
        }
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task What_is_nested_too_deep_is_refused(string method, string path)
    {
        var (list, member) = (await SendAsync(method, path, Deep(500)), await SendAsync(method, path, $$"""{"adId":{{Deep(500)}}}"""));
        switch (path)
        {
            case "/ad_event":
                list.IsError(400, "Event must be a JSON object");
                member.IsError(400, "Event is nested deeper than 64 levels");
                break;
            case "/ad_events":
                Assert.Equal((0, 1), (list.Succeeds().Number("logged"), list.Succeeds().Number("rejected")));
                member.IsError(400, "Request body must be an array of at most 1000 events");
                break;
            default:
                list.IsError(400, "Request body is not valid JSON");
                member.IsError(400, "Request body is not valid JSON");
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task What_is_no_utf8_is_a_400(string method, string path)
    {
        foreach (var bytes in new byte[][] { [0xC3, 0x28], [0xFF], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xC0, 0x80] })
        {
            byte[] body = [.. "{\"name\":\""u8, .. bytes, .. "\"}"u8];

            (await SendAsync(method, path, Content(body, "application/json"))).IsError(400, "Request body is not valid UTF-8");
        }
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task Half_a_surrogate_pair_is_a_refusal_and_never_a_failure(string method, string path)
    {
        const string Event = """{"adId":"\ud800","timestamp":"\udc00","eventDetails":{"packageName":"\ud800"},"name":"\ud800","email":"\udfff"}""";
        var batch = path == "/ad_events";

        var answer = await SendAsync(method, path, batch ? $"[{Event}]" : Event);

        Assert.Equal(batch ? 200 : 400, answer.Status);
        Assert.Contains("Unicode", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task Another_content_type_is_a_415(string method, string path)
    {
        foreach (var type in new[] { null, "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/json; charset=utf-16" })
        {
            (await SendAsync(method, path, Content("{}"u8.ToArray(), type))).IsError(415, "Content-Type must be application/json");
        }

        (await shared.Host.SendAsync(new HttpMethod(method), path)).IsError(415, "Content-Type must be application/json");
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task A_value_of_another_kind_is_a_400_or_nothing_at_all(string method, string path)
    {
        foreach (var value in new[] { "null", "true", "5", "\"text\"", "[]", "[null]", "{}" })
        {
            var answer = await SendAsync(method, path, value);

            var readable = (path, value) switch
            {
                ("/ad_events", "[]" or "[null]") => 200,
                _ when method == "PUT" && value == "{}" => 404,
                _ => 400,
            };
            Assert.Equal((value, readable), (value, answer.Status));
        }
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task A_byte_order_mark_and_other_json_types_are_taken(string method, string path)
    {
        byte[] marked = [0xEF, 0xBB, 0xBF, .. "{}"u8];
        foreach (var type in new[] { "application/json", "APPLICATION/JSON; charset=UTF-8", "application/json; charset=\"utf-8\"", "application/vnd.api+json" })
        {
            var answer = await SendAsync(method, path, Content(marked, type));

            Assert.True(answer.Status is 400 or 404, answer.Text);
            Assert.DoesNotContain("Request body is not", answer.Error!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("POST", "/performers")]
    [InlineData("POST", "/performers/check-email")]
    [InlineData("PUT", "/performers/some-id")]
    [InlineData("POST", "/developers")]
    [InlineData("POST", "/developers/login")]
    [InlineData("POST", "/ads")]
    [InlineData("PUT", "/ads/some-id")]
    public async Task A_body_of_a_megabyte_is_read_and_one_byte_more_is_a_413(string method, string path)
    {
        const int Most = 1024 * 1024;

        Assert.True((await SendAsync(method, path, "{}".PadRight(Most))).Status is 400 or 404);
        (await SendAsync(method, path, "{}".PadRight(Most + 1))).IsError(413, "Request body is larger than 1024 KB");
    }

    [Fact]
    public async Task The_origin_of_a_page_is_nobodys_business()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/performers/check-email") { Content = Content("""{"email":"ann@example.com"}"""u8.ToArray(), "application/json") };
        request.Headers.Add("Origin", "https://portal.example.org");

        var answer = await Answer.ReadAsync(await shared.Host.Client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task A_refused_request_says_nothing_in_the_log()
    {
        await SendAsync("POST", "/performers", """{"name":"Secret Person","email":"secret.person@example"}""");

        Assert.DoesNotContain(shared.Host.Log.Entries, entry => entry.Message.Contains("secret", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(shared.Host.Log.Warnings);
    }

    private Task<Answer> SendAsync(string method, string path, object body) => shared.Host.SendAsync(new HttpMethod(method), path, body);

    private static string Deep(int depth) => new StringBuilder().Insert(0, "[", depth).Append('1').Append(']', depth).ToString();

    private static ByteArrayContent Content(byte[] body, string? type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return content;
    }
}
