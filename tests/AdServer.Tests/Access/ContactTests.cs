using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Signing up, which performers and developers do alike (routes 1 and 5), and looking an address up (routes 2 and 4).</summary>
public sealed class ContactTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private const string Missing = "Missing name or email";
    private const string Empty = "Name and email cannot be empty";
    private const string Invalid = "Invalid email format";

    /// <summary>Bodies that are refused, and why: presence first, then emptiness, then format.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "{}", Missing },
        { """{"name":"Ann"}""", Missing },
        { """{"email":"ann@example.com"}""", Missing },
        { """{"name":null,"email":"ann@example.com"}""", Missing },
        { """{"name":"Ann","email":null}""", Missing },
        { """{"name":"","email":null}""", Missing },
        { """{"name":"","email":"nonsense"}""", Empty },
        { """{"name":" \t\n","email":"ann@example.com"}""", Empty },
        { """{"name":"Ann","email":"  "}""", Empty },
        { """{"name":"Ann","email":"ann"}""", Invalid },
        { """{"name":"Ann","email":"ann@example"}""", Invalid },
        { """{"name":"Ann","email":"@example.com"}""", Invalid },
        { """{"name":"Ann","email":"ann@example.c"}""", Invalid },
        { """{"name":"Ann","email":"ann@example.c0m"}""", Invalid },
        { """{"name":"Ann","email":"a nn@example.com"}""", Invalid },
        { """{"name":"Ann","email":"änn@example.com"}""", Invalid },
        { """{"name":"Ann","email":"ann@exa_mple.com"}""", Invalid },
        { """{"name":"Ann","email":"ann@example.com,bob@example.com"}""", Invalid },
        { """{"name":5,"email":"ann@example.com"}""", "name must be a string" },
        { """{"name":"Ann","email":["ann@example.com"]}""", "email must be a string" },
        { """{"name":"An\u0000n","email":"ann@example.com"}""", "name must not contain control characters" },
        { """{"name":"An\nn","email":"ann@example.com"}""", "name must not contain control characters" },
        { $$"""{"name":"{{new string('n', 201)}}","email":"ann@example.com"}""", "name must be at most 200 characters" },
        { $$"""{"name":"Ann","email":"{{new string('e', 243)}}@example.com"}""", "email must be at most 254 characters" },
    };

    /// <summary>Addresses that the pattern takes.</summary>
    public static TheoryData<string> Accepted =>
    [
        "plain@taken.example", "UPPER@TAKEN.EXAMPLE", "a.b_c%d+e-f@sub.taken.example", "1@2.ab", " padded@taken.example\t", "..@-.ab",
        $"{new string('e', 240)}@taken.example",
    ];

    /// <summary>Bodies of a look-up that are refused, and whether the address is missing or malformed.</summary>
    public static TheoryData<string, bool> RefusedLookUps => new()
    {
        { "{}", true },
        { """{"email":null}""", true },
        { """{"email":""}""", true },
        { """{"email":"  "}""", true },
        { """{"mail":"ann@example.com"}""", true },
        { """{"email":"ann"}""", false },
        { """{"email":"ann@example"}""", false },
        { """{"email":7}""", false },
        { """{"email":{}}""", false },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_sign_up_is_checked_in_order_and_leaves_nothing_behind(string body, string error)
    {
        foreach (var list in new[] { "/performers", "/developers", "/api/performers", "/api/developers" })
        {
            var before = (await shared.Host.GetAsync(list)).Text;

            (await shared.Host.PostAsync(list, body)).IsError(400, error);

            Assert.Equal(before, (await shared.Host.GetAsync(list)).Text);
        }
    }

    [Theory]
    [MemberData(nameof(RefusedLookUps))]
    public async Task A_look_up_needs_an_address(string body, bool missing)
    {
        foreach (var prefix in new[] { "", "/api" })
        {
            (await shared.Host.PostAsync(prefix + "/performers/check-email", body)).IsError(400, missing ? "Missing or empty email" : Invalid);
            (await shared.Host.PostAsync(prefix + "/developers/login", body)).IsError(400, missing ? "Missing email" : Invalid);
        }
    }

    [Theory]
    [InlineData("/performers/check-email")]
    [InlineData("/developers/login")]
    public async Task A_look_up_of_an_over_long_address_names_the_field(string path)
    {
        var body = new { email = $"{new string('e', 243)}@example.com" };

        (await shared.Host.PostAsync(path, body)).IsError(400, "email must be at most 254 characters");
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task An_address_is_known_by_whoever_writes_it(string email)
    {
        await using var host = await AdServerHost.StartAsync();
        foreach (var (list, id, lookUp) in new[] { ("/performers", "performerId", "check-email"), ("/developers", "developerId", "login") })
        {
            var created = (await host.PostAsync(list, new { name = "  Ann  ", email })).Succeeds().Text(id);
            var again = (await host.PostAsync("/api" + list, new { name = "Existing User", email = email.ToUpperInvariant() })).Succeeds().Text(id);
            var known = (await host.PostAsync($"{list}/{lookUp}", new { email = $" {email.ToLowerInvariant()} " })).Succeeds();
            var listed = Assert.Single((await host.GetAsync(list)).Json.EnumerateArray());

            Assert.Equal((created, created, true), (again, known.Text(id), known.GetProperty("exists").GetBoolean()));
            Assert.Equal((created, "Ann", email.Trim()), (listed.Text("_id"), listed.Text("name"), listed.Text("email")));
        }
    }

    [Theory]
    [InlineData("/performers", "performerId", "Performer")]
    [InlineData("/developers", "developerId", "Developer")]
    public async Task Of_many_who_sign_up_with_one_address_one_is_created_and_all_get_it(string list, string id, string who)
    {
        await using var host = await AdServerHost.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(number =>
            host.PostAsync(list, new { name = $"Ann {number}", email = number % 2 == 0 ? "ann@example.com" : "ANN@example.com" })));

        var winner = Assert.Single(answers, answer => answer.Status == 201).Json.Text(id);
        Assert.All(answers, answer => answer.Is(
            answer.Status, $$"""{"message":"{{who}} {{(answer.Status == 201 ? "created" : "already exists")}}","{{id}}":"{{winner}}"}"""));
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 201));
        Assert.Equal(1, (await host.GetAsync(list)).Json.GetArrayLength());
    }
}
