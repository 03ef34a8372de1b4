using AdServer.Access.SignIn;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Identity;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>What a hash costs, that nobody's password is verified like anybody's, and that few are at once; secrets of links and their parsing.</summary>
public sealed class PasswordsTests
{
    [Fact]
    public void A_hash_costs_what_OWASP_asks_for()
    {
        using var passwords = new Passwords(new ManualClock());
        var hash = Convert.FromBase64String(passwords.Hash("correct horse battery"));

        // Version 3, HMAC-SHA512 (2), iterations; see PasswordHasher.
        Assert.Equal([1, 0, 0, 0, 2], hash[..5]);
        Assert.Equal(210_000, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(5)));
    }

    [Fact]
    public void Without_a_hash_no_password_is_right_not_even_the_empty_one()
    {
        using var passwords = new Passwords(new ManualClock(), iterations: 10);

        Assert.Equal(
            [PasswordVerdict.Wrong, PasswordVerdict.Wrong, PasswordVerdict.Right, PasswordVerdict.Wrong],
            [passwords.Verify(null, string.Empty), passwords.Verify(null, "x"), passwords.Verify(passwords.Hash("x"), "x"), passwords.Verify(passwords.Hash("x"), "y")]);
    }

    [Fact]
    public void A_hash_that_costs_less_or_is_of_an_older_kind_is_right_but_old()
    {
        using var cheap = new Passwords(new ManualClock(), iterations: 10);
        using var dear = new Passwords(new ManualClock(), iterations: 11);
        var older = new PasswordHasher<string>(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { CompatibilityMode = PasswordHasherCompatibilityMode.IdentityV2 }));

        Assert.Equal(PasswordVerdict.RightButOld, dear.Verify(cheap.Hash("x"), "x"));
        Assert.Equal(PasswordVerdict.RightButOld, dear.Verify(older.HashPassword("a", "x"), "x"));
        Assert.Equal(PasswordVerdict.Right, cheap.Verify(dear.Hash("x"), "x"));
    }

    [Fact]
    public async Task Who_waits_too_long_for_a_turn_is_turned_away_and_the_turns_come_back()
    {
        var clock = new ManualClock();
        using var passwords = new Passwords(clock, iterations: 10);
        using var busy = new ManualResetEventSlim();
        var turns = Math.Max(1, Environment.ProcessorCount / 2);
        var begun = new CountdownEvent(turns);
        var running = Enumerable.Range(0, turns).Select(_ => passwords.RunAsync(
            () =>
            {
                begun.Signal();
                busy.Wait(TestContext.Current.CancellationToken);
                return "done";
            },
            CancellationToken.None)).ToList();
        begun.Wait(TestContext.Current.CancellationToken);

        var waiting = passwords.RunAsync(() => "late", CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await waiting);
        busy.Set();

        Assert.All(await Task.WhenAll(running), done => Assert.Equal("done", done));
        Assert.Equal("again", await passwords.RunAsync(() => "again", CancellationToken.None));
    }

    [Fact]
    public void A_secret_of_a_link_is_read_and_nothing_else_is() => Prop.ForAll(
        Arb.From(Gen.OneOf(
            ArbMap.Default.GeneratorFor<string>(),
            from letters in Gen.Choose(0, 300).SelectMany(count => Gen.ArrayOf(Gen.Elements("adl_ADL-09 #=é\u0000".ToCharArray()), count))
            select new string(letters),
            from at in Gen.Choose(0, 46)
            from letter in Gen.Elements('=', '+', '/', ' ', 'é', '\0', '|')
            select LinkSecret.New().Remove(at, 1).Insert(at, letter.ToString()),
            from text in Gen.Elements(" ", "x", "#")
            select LinkSecret.New() + text)),
        text =>
        {
            Assert.Null(LinkSecret.HashOf(text));
            var secret = LinkSecret.New();
            Assert.Equal(AdServer.Access.TokenSecret.Hash(secret), LinkSecret.HashOf(secret));
            Assert.EndsWith($"/sign-in#link={secret}", LinkSecret.UrlOf(secret, "https://ads.example.com"), StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_subject_is_read_as_it_was_written_and_other_text_is_none() => Prop.ForAll<string, bool>((id, isDeveloper) =>
    {
        var subject = new Subject(isDeveloper ? SubjectKind.Developer : SubjectKind.Performer, id ?? string.Empty);

        Assert.Equal(!string.IsNullOrEmpty(id), Subject.TryParse(subject.ToString(), out var read));
        Assert.True(read is null || read == subject);
        Assert.False(Subject.TryParse(id, out _) && id?.StartsWith("developer|", StringComparison.Ordinal) != true && id?.StartsWith("performer|", StringComparison.Ordinal) != true);
    }).QuickCheckThrowOnFailure();
}
