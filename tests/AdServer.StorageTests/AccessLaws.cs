using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Laws 1, 2 and 7 for developers.</summary>
public abstract class AccessLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected AccessLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task Adding_a_developer_who_is_there_adds_nobody_and_one_is_found_by_identity_until_removed()
    {
        var one = Developer("d1", "one@example.com");
        await engine.Access.AddDeveloperAsync(one, Token);

        Assert.Equal((one, true), await engine.Access.AddDeveloperAsync(one, Token));
        Assert.Equal(one, await engine.Access.FindDeveloperAsync("d1", Token));
        await engine.Access.RemoveDeveloperAsync("d1", Token);
        Assert.Null(await engine.Access.FindDeveloperAsync("d1", Token));
        Assert.Equal("d1", (await engine.Access.AddDeveloperAsync(one, Token)).Developer.Id);
    }

    [Fact]
    public async Task A_developer_is_known_by_the_address_in_whatever_case()
    {
        var first = Developer("d1", "Dev@Example.com");

        Assert.Equal((first, true), await engine.Access.AddDeveloperAsync(first, Token));
        Assert.Equal((first, false), await engine.Access.AddDeveloperAsync(Developer("d2", "dev@example.COM"), Token));
        await engine.ReopenAsync();

        Assert.Equal(first, await engine.Access.FindDeveloperByEmailAsync("dev@example.com", Token));
        Assert.Null(await engine.Access.FindDeveloperByEmailAsync("other@example.com", Token));
        Assert.Equal(first, await engine.Access.FindDeveloperAsync("d1", Token));
        await engine.Access.RemoveDeveloperAsync("d1", Token);
        Assert.Null(await engine.Access.FindDeveloperAsync("d1", Token));
    }

    [Fact]
    public async Task Developers_are_listed_in_order_of_creation_and_removed_once()
    {
        await engine.Access.AddDeveloperAsync(Developer("d2", "b@b.cc", order: 2), Token);
        await engine.Access.AddDeveloperAsync(Developer("d1", "a@b.cc", order: 1), Token);
        await engine.Access.AddDeveloperAsync(Developer("d3", "c@b.cc", order: 3), Token);

        Assert.Equal(["d1", "d2"], (await engine.Access.ListDevelopersAsync(2, Token)).Select(one => one.Id));
        Assert.True(await engine.Access.RemoveDeveloperAsync("d2", Token));
        Assert.False(await engine.Access.RemoveDeveloperAsync("d2", Token));
        Assert.Equal(["d1", "d3"], (await engine.Access.ListDevelopersAsync(10, Token)).Select(one => one.Id));
    }
}

/// <summary>The laws of developers on SQLite.</summary>
public sealed class SqliteAccessLaws() : AccessLaws(new SqliteEngine());
