using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace AdServer.Tests.Web.Fuzzing;

/// <summary>
/// Requests as bytes, each made by its own number from the seed: of every route of the API's document, with its parameters and bodies more or
/// less spoiled, by callers of every kind.
/// </summary>
/// <param name="seed">With the number of a request, all of it.</param>
/// <param name="routes">Method and path with <c>{parameters}</c>, and the names of query parameters.</param>
/// <param name="known">Identities of things that exist; only the second half of them is ever removed, so that requests go on to mean something.</param>
/// <param name="tokens">Secrets that are good.</param>
internal sealed class Requests(int seed, IReadOnlyList<FuzzedRoute> routes, IReadOnlyList<string> known, IReadOnlyList<string> tokens)
{
    private const int BigBody = 5 << 20;

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "PROPFIND", "\u00e9"];

    private static readonly JsonObject Event = Parse(
        """{"eventId":"e","adId":"@id","timestamp":"@now","eventDetails":{"packageName":"com.example.game","eventType":"view","watchDuration":3.5,"deviceId":"d"}}""");

    /// <summary>Right bodies, by the end of a path.</summary>
    private static readonly (string Ending, JsonObject Body)[] Bodies =
    [
        ("/ad_event", Event),
        ("/ad_events", new JsonObject { ["events"] = new JsonArray(Event.DeepClone(), Event.DeepClone()) }),
        ("/ads", Parse("""{"adName":"Ad","performerEmail":"ann@example.com","adDetails":{"videoUrl":"https://example.com/v.mp4","targetUrl":"https://example.com/","budget":"low","skipTime":5,"exitTime":10},"status":"active","startsAt":"2026-01-01T00:00:00Z","packages":{"allow":["com.example.*"],"deny":[]}}""")),
        ("/tokens", Parse("""{"name":"t","role":"analyst","expiresAt":"2099-01-01T00:00:00Z","scopes":["readStats"]}""")),
        ("/rotate", Parse("""{"graceSeconds":60}""")),
        ("", Parse("""{"name":"Ann","email":"ann@example.com","password":"long enough to be one","link":"x"}""")),
    ];

    /// <summary>The request of a number.</summary>
    public byte[] Make(int number)
    {
        var rubbish = new Rubbish(new Random(HashCode.Combine(seed, number)));
        var route = rubbish.Of(routes);
        var method = rubbish.Once(15) ? rubbish.Of(Methods) : route.Method;
        var head = new StringBuilder()
            .Append(method).Append(' ').Append(Target(rubbish, route, method)).Append(rubbish.Once(200) ? " HTTP/1.0" : " HTTP/1.1").Append("\r\n");
        head.Append("Host: ").Append(rubbish.Once(100) ? rubbish.Of("evil.example", "", "[::1", "a b") : "localhost").Append("\r\n");
        AddHeaders(rubbish, head);
        var body = method is "GET" or "HEAD" or "DELETE" or "OPTIONS" && !rubbish.Once(20) ? null : Body(rubbish, route.Path);
        if (body is not null)
        {
            head.Append("Content-Type: ").Append(rubbish.Once(20) ? rubbish.Of("text/plain", "application/xml", "application/json; charset=utf-7", "multipart/form-data; boundary=", "/") : "application/json").Append("\r\n");
            head.Append("Content-Length: ").Append(CultureInfo.InvariantCulture, $"{body.Length}\r\n");
        }

        return [.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. body ?? []];
    }

    private string Target(Rubbish rubbish, FuzzedRoute route, string method)
    {
        var path = new StringBuilder(rubbish.Once(5) ? "/api" : string.Empty);
        foreach (var segment in route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path.Append('/').Append(segment is ['{', ..] ? Escaped(rubbish, rubbish.Once(2) ? Known(rubbish, method) : rubbish.Text()) : segment);
        }

        if (rubbish.Once(30))
        {
            path.Append(rubbish.Of("/", "//", "/..", "/%2e%2e/", "%00", "%", "%zz", ";a=b", "#x", "?", "\u00ff"));
        }

        var names = route.Query.Where(_ => !rubbish.Once(3)).ToList();
        if (rubbish.Once(10))
        {
            names.AddRange(names.Take(1).Append("unknown"));
        }

        for (var i = 0; i < names.Count; i++)
        {
            path.Append(i == 0 ? '?' : '&').Append(names[i]).Append('=').Append(Escaped(rubbish, Value(rubbish, names[i])));
        }

        return path.ToString();
    }

    private string Known(Rubbish rubbish, string method) => method == "DELETE" ? rubbish.Of([.. known.Skip(known.Count / 2)]) : rubbish.Of(known);

    private string Value(Rubbish rubbish, string name) => rubbish.Once(3) ? rubbish.Text() : name switch
    {
        "limit" => rubbish.Of("0", "1", "10", "1000", "1001", "-5"),
        "groupBy" => rubbish.Of("ad", "performer", "package", "day", "eventType", "ad,day", "day,package"),
        "from" => rubbish.Of("2026-11-01", "2026-11-20", "2020-01-01"),
        "to" => rubbish.Of("2026-11-21", "2026-11-01", "2026-11-22"),
        "packageName" => rubbish.Of("com.example.game", "com.example.other", $"com.example.p{rubbish.Random.Next(200)}"),
        "key" => rubbish.Of(tokens),
        _ => rubbish.Of(known),
    };

    /// <summary>Mostly as an address is written; now and then as it is, where it cannot break the line.</summary>
    private static string Escaped(Rubbish rubbish, string text)
    {
        var sane = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return rubbish.Once(20)
            ? string.Concat(sane.Where(letter => letter is > ' ' and < '\u0100'))
            : Uri.EscapeDataString(sane);
    }

    private void AddHeaders(Rubbish rubbish, StringBuilder head)
    {
        Add(rubbish.Once(15) ? rubbish.Text() : rubbish.Of(tokens), rubbish.Once(15) ? 0 : 1, rubbish.Once(15) ? rubbish.Of("", "Basic ", "bearer  ") : "Bearer ", "Authorization");
        Add(rubbish.Text(), 10, string.Empty, rubbish.Of("If-Match", "Idempotency-Key", "X-App-Key", "Cookie", "Accept", "User-Agent", "X-Forwarded-For", "Range", "Origin"));
        Add(rubbish.Of("\"1\"", "*", "W/\"1\"", "\"1\", \"2\"", "\""), 10, string.Empty, "If-Match");
        Add(rubbish.Of("text/csv", "text/html", "*/*;q=0", "application/json"), 10, string.Empty, "Accept");
        Add(rubbish.Of("k1", "k2", "k3", new string('k', 300)), 10, string.Empty, "Idempotency-Key");

        void Add(string value, int inTimes, string before, string name)
        {
            if (inTimes > 0 && rubbish.Once(inTimes))
            {
                // A line's end within it would begin another header, which is a right request again.
                head.Append(name).Append(": ").Append(before).Append(value.Replace('\r', ' ').Replace('\n', ' ')).Append("\r\n");
            }
        }
    }

    private byte[] Body(Rubbish rubbish, string path)
    {
        if (rubbish.Once(1000))
        {
            return Encoding.ASCII.GetBytes("[" + new string(' ', rubbish.Random.Next(BigBody)));
        }

        var right = Bodies.First(body => path.EndsWith(body.Ending, StringComparison.Ordinal)).Body;
        var bytes = rubbish.Spoil(right);
        return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(bytes)
            .Replace("@id", rubbish.Of(known), StringComparison.Ordinal)
            .Replace("@now", DateTimeOffset.UtcNow.ToString("O"), StringComparison.Ordinal));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}

/// <summary>A route of the API's document.</summary>
internal sealed record FuzzedRoute(string Method, string Path, IReadOnlyList<string> Query);
