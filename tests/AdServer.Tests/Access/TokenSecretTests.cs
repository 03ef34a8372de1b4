using AdServer.Access;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Properties of secrets and of the header that carries them.</summary>
public sealed class TokenSecretTests
{
    [Fact]
    public void Whatever_a_header_holds_a_secret_of_it_is_short_and_has_no_space_around_or_within() => Prop.ForAll<string?>(header =>
        TokenSecret.FromHeader(header) is not { } secret
        || (secret.Length is > 0 and <= TokenSecret.MaxLength && !secret.Contains(' ', StringComparison.Ordinal) && secret == secret.Trim()
            && header!.Contains(secret, StringComparison.Ordinal))).QuickCheckThrowOnFailure();

    [Fact]
    public void A_secret_comes_back_from_either_form_of_the_header() => Prop.ForAll(
        ArbMap.Default.ArbFor<PositiveInt>(),
        spaces =>
        {
            var secret = TokenSecret.New();
            var gap = new string(' ', Math.Min(spaces.Get, 5));
            return TokenSecret.FromHeader(secret) == secret
                && TokenSecret.FromHeader($"Bearer{gap}{secret}{gap}") == secret
                && TokenSecret.FromHeader($"bEARER {secret}") == secret
                && TokenSecret.FromHeader($"Basic {secret}") is null
                && TokenSecret.FromHeader($"Bearer {secret} {secret}") is null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Secrets_that_differ_in_one_letter_have_hashes_that_differ() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonNegativeInt>(),
        place =>
        {
            var secret = TokenSecret.New().ToCharArray();
            var before = TokenSecret.Hash(new string(secret));
            secret[place.Get % secret.Length] ^= (char)1;
            return before.Length == 64 && before != TokenSecret.Hash(new string(secret));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_two_secrets_are_the_same() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => TokenSecret.New()).Distinct(StringComparer.Ordinal).Count());
}
