using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace AdServer.Tests.Web.Fuzzing;

/// <summary>Values that programs stumble over, and what is nearly right.</summary>
internal sealed class Rubbish(Random random)
{
    private static readonly string[] Texts =
    [
        string.Empty, " ", "\t", "null", "undefined", "NaN", "-1", "0", "1e400", "99999999999999999999", "true", "[]", "{}", "\"", "\\", "'; DROP TABLE ads; --",
        "{\"$gt\":\"\"}", "$where", "a.b.$.c", "../../../../etc/passwd", "..\\..\\", "%00", "\0", "\u0001\u001f", "\r\nX-Injected: yes", "\u202eevil", "\u2028",
        "\ud83d\ude00", "e\u0301\u0301\u0301", "\ufeff", "\uffff", "ﷺ", "İıſK", "com.example.*", "*", "com..example", "com.example.game", "http://169.254.169.254/latest",
        "javascript:alert(1)", "file:///etc/passwd", "https://user:pass@example.com/", "https://example.com/v.mp4", "2026-02-30", "2026-11-21", "0001-01-01",
        "9999-12-31T23:59:60Z", "2026-11-21T12:00:00+99:00", "-0001-01-01T00:00:00Z", "ann@example.com", "ann@", "@", "a@b@c", "xn--e1afmkfd@xn--e1afmkfd",
        "view", "click", "skip", "exit", "VIEW", "low", "high", "active", "paused", "json", "csv", "ad", "ad,day", "ad,ad,ad", "performer", "gross", "net",
    ];

    private static readonly string[] Numbers =
        ["0", "-0", "-1", "1", "0.1", "1e-400", "1e308", "1e400", "9007199254740993", "-9223372036854775809", "123456789012345678901234567890", "00", "1.", ".5", "NaN"];

    private const int LongText = 3000;
    private const int DeepNesting = 200;

    public Random Random => random;

    /// <summary>One of some.</summary>
    public T Of<T>(params IReadOnlyList<T> some) => some[random.Next(some.Count)];

    /// <summary>True once in so many times.</summary>
    public bool Once(int inTimes) => random.Next(inTimes) == 0;

    /// <summary>A text, mostly one of those known to hurt.</summary>
    public string Text() => random.Next(10) switch
    {
        0 => new string(Of('a', 'é', '\u4e2d', '%'), random.Next(LongText)),
        1 => string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(char.MaxValue))),
        2 => Guid.CreateVersion7().ToString(),
        3 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
        _ => Of(Texts),
    };

    /// <summary>A piece of JSON, not always a right one.</summary>
    public string Json() => random.Next(10) switch
    {
        0 => "null",
        1 => Of("true", "false", "tru"),
        2 or 3 => Of(Numbers),
        4 => string.Concat(Enumerable.Repeat(Of("[", "{\"a\":"), random.Next(DeepNesting))),
        5 => "[" + Json() + "," + Json() + "]",
        6 => "\"\\ud800\"",
        _ => JsonValue.Create(Text()).ToJsonString(),
    };

    /// <summary>A body that is nearly right: a member is another one, is gone, comes twice, or the bytes are spoiled.</summary>
    public byte[] Spoil(JsonObject right)
    {
        var body = (JsonObject)right.DeepClone();
        var text = body.ToJsonString();
        switch (random.Next(10))
        {
            case 0 or 8 or 9:
                break;
            case 1 or 2 or 3:
                text = Replace(body);
                break;
            case 4:
                text = text[..random.Next(text.Length)];
                break;
            case 5:
                text = Json();
                break;
            case 6:
                text = text.Insert(1, $"{JsonValue.Create(Of([.. body.Select(member => member.Key)])).ToJsonString()}:{Json()},");
                break;
            default:
                var bytes = Encoding.UTF8.GetBytes(text);
                for (var spoiled = random.Next(1, 4); spoiled > 0; spoiled--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                return bytes;
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private string Replace(JsonObject body)
    {
        var holder = body;
        while (true)
        {
            var name = Of([.. holder.Select(member => member.Key)]);
            if (holder[name] is JsonObject { Count: > 0 } inner && !Once(4))
            {
                holder = inner;
                continue;
            }

            const string Mark = "\"\\uE000\"";
            holder.Remove(name);
            if (!Once(4))
            {
                holder[name] = "\uE000";
            }

            return body.ToJsonString().Replace(Mark, Json(), StringComparison.OrdinalIgnoreCase);
        }
    }
}
