using AdServer.Access.SignIn;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Laws 1, 2 and 5 for credentials: what is read is what was written, and of those who change one version one does.</summary>
public abstract class CredentialLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected CredentialLaws(TestEngine engine) => this.engine = engine;

    private ICredentialStore Store => engine.Credentials;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task What_is_read_is_what_was_written_also_by_another_server()
    {
        var (full, plain) = (Full("d1"), new Credential(new Subject(SubjectKind.Performer, "d1"), 1));
        Assert.True(await Store.ReplaceCredentialAsync(full, Token));
        Assert.True(await Store.ReplaceCredentialAsync(plain, Token));
        await engine.ReopenAsync();

        AssertSame(full, await Store.FindCredentialAsync(full.Subject, Token));
        AssertSame(plain, await Store.FindCredentialAsync(plain.Subject, Token));
        AssertSame(full, await Store.FindCredentialByLinkAsync(full.Links[1].Hash, Token));
        Assert.Null(await Store.FindCredentialByLinkAsync("none", Token));
        Assert.Null(await Store.FindCredentialAsync(new Subject(SubjectKind.Developer, "d2"), Token));
    }

    [Fact]
    public async Task Of_many_who_put_the_same_version_one_does()
    {
        for (var version = 1; version <= 3; version++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(
                number => Store.ReplaceCredentialAsync(Full("d1") with { Version = version, Password = $"{version} by {number}" }, Token)));

            var winner = Assert.Single(answers.Index(), answer => answer.Item).Index;
            Assert.Equal($"{version} by {winner}", (await Store.FindCredentialAsync(Full("d1").Subject, Token))!.Password);
        }

        Assert.False(await Store.ReplaceCredentialAsync(Full("d1") with { Version = 5 }, Token));
        Assert.False(await Store.ReplaceCredentialAsync(Full("d2") with { Version = 2 }, Token));
    }

    [Fact]
    public async Task A_version_takes_the_place_of_everything_of_the_one_before()
    {
        await Store.ReplaceCredentialAsync(Full("d1"), Token);
        var next = Full("d1") with { Version = 2, Password = null, Links = [new SignInLink("other", LinkKind.Reset, Noon)] };

        Assert.True(await Store.ReplaceCredentialAsync(next, Token));

        AssertSame(next, await Store.FindCredentialAsync(next.Subject, Token));
        Assert.Null(await Store.FindCredentialByLinkAsync(Full("d1").Links[0].Hash, Token));
    }

    [Fact]
    public async Task What_is_removed_is_gone_with_its_links_and_can_be_removed_again()
    {
        await Store.ReplaceCredentialAsync(Full("d1"), Token);
        await Store.ReplaceCredentialAsync(Full("d2"), Token);

        await Store.RemoveCredentialAsync(Full("d1").Subject, Token);
        await Store.RemoveCredentialAsync(Full("d1").Subject, Token);

        Assert.Null(await Store.FindCredentialAsync(Full("d1").Subject, Token));
        Assert.Null(await Store.FindCredentialByLinkAsync(Full("d1").Links[0].Hash, Token));
        AssertSame(Full("d2"), await Store.FindCredentialAsync(Full("d2").Subject, Token));
    }

    [Fact]
    public async Task A_link_is_used_once_whoever_else_makes_links_meanwhile()
    {
        var credentials = new Credentials(Store, engine.Clock);
        var subject = new Subject(SubjectKind.Performer, "p1");
        var (secret, _) = (await credentials.AddLinkAsync(subject, LinkKind.Invitation, Token))!.Value;
        var hash = LinkSecret.HashOf(secret)!;

        var uses = Enumerable.Range(0, 4).Select(number => credentials.SetPasswordAsync(subject, hash, $"password {number}", Token)).ToList();
        var resets = Enumerable.Range(0, 4).Select(_ => credentials.AddLinkAsync(subject, LinkKind.Reset, Token)).ToList();
        var winner = Assert.Single((await Task.WhenAll(uses)).Index(), used => used.Item).Index;
        await Task.WhenAll(resets);

        var held = (await Store.FindCredentialAsync(subject, Token))!;
        Assert.Equal($"password {winner}", held.Password);
        Assert.DoesNotContain(held.Links, link => link.Kind == LinkKind.Invitation);
    }

    internal static Credential Full(string id) => new(new Subject(SubjectKind.Developer, id), 1)
    {
        Password = "AQAAAAIAAzRQ",
        Stamp = "first",
        Links = [new SignInLink($"{id} one", LinkKind.Invitation, Noon.AddMilliseconds(7)), new SignInLink($"{id} two", LinkKind.Reset, Noon.AddHours(1))],
    };

    internal static void AssertSame(Credential expected, Credential? found)
    {
        Assert.NotNull(found);
        Assert.Equal(expected.Links.OrderBy(link => link.Hash), found.Links.OrderBy(link => link.Hash));
        Assert.Equal(expected with { Links = [] }, found with { Links = [] });
    }
}

/// <summary>The laws of credentials on SQLite.</summary>
public sealed class SqliteCredentialLaws() : CredentialLaws(new SqliteEngine());
