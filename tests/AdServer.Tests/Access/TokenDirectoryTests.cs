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

    private AccessToken Make(string id, string secret = Secret) => new(id, "name", TokenSecret.Hash(secret), Role.Analyst.Name, clock.GetUtcNow());
}
