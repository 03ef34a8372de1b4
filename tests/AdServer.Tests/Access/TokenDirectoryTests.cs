using AdServer.Access;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>The tokens in memory.</summary>
public sealed class TokenDirectoryTests
{
    private const string Secret = "a-secret";

    private readonly ManualClock clock = new();

    [Fact]
    public async Task A_token_is_there_all_the_time_while_news_of_it_are_taken_in()
    {
        var directory = new TokenDirectory(clock);
        var token = Make("t1");
        directory.Take(token);

        var news = Task.Run(
            () =>
            {
                for (var time = 0; time < 200_000; time++)
                {
                    directory.Take(token);
                }
            },
            TestContext.Current.CancellationToken);
        var missed = 0;
        while (!news.IsCompleted)
        {
            missed += directory.Find(Secret) is null ? 1 : 0;
        }

        await news;
        Assert.Equal(0, missed);
    }

    [Fact]
    public void With_a_new_secret_the_old_one_opens_nothing()
    {
        var directory = new TokenDirectory(clock);
        directory.Take(Make("t1"));
        directory.Take(Make("t1", "another-secret"));

        Assert.Null(directory.Find(Secret));
        Assert.NotNull(directory.Find("another-secret"));
    }

    [Fact]
    public void What_ended_long_ago_is_forgotten_and_the_tokens_of_the_start_stay()
    {
        var directory = new TokenDirectory(clock);
        var now = clock.GetUtcNow();
        foreach (var id in new[] { "revoked", FirstToken.MadeId, FirstToken.BootstrapId })
        {
            directory.Take(Make(id, id) with { RevokedAt = now, LastUsedAt = now });
        }

        directory.Take(Make("expired", "expired") with { ExpiresAt = now, LastUsedAt = now });
        directory.Take(Make("rotated", "rotated") with { GraceUntil = now, LastUsedAt = now });
        directory.Take(Make("valid", "valid") with { LastUsedAt = now });
        string[] all = ["revoked", "expired", "rotated", "valid", FirstToken.MadeId, FirstToken.BootstrapId];

        directory.Forget(now);
        Assert.All(all, id => Assert.Equal(now, directory.LastUse(id)));

        directory.Forget(now.AddMilliseconds(1));
        Assert.Equal(["valid", FirstToken.MadeId, FirstToken.BootstrapId], all.Where(id => directory.LastUse(id) is not null));
        Assert.NotNull(directory.Find("valid"));
        Assert.Null(directory.Find("revoked"));
    }

    private AccessToken Make(string id, string secret = Secret) => new(id, "name", TokenSecret.Hash(secret), Role.Analyst.Name, clock.GetUtcNow());
}
