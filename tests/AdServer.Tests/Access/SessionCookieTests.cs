using AdServer.Access;
using AdServer.Access.SignIn;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>The cookie among whatever else a browser or a stranger sends.</summary>
public sealed class SessionCookieTests
{
    private static readonly Gen<string> Junk = Gen.OneOf(
        Gen.Elements("a=b", "adserver_session2=x", "adserver_sessio=x", "", ";", "==", "a", "\"", "a=\"b;c\"", "é=ü", " =", "x=ads_" + new string('y', 600)),
        from letters in Gen.ArrayOf(Gen.Choose(' ', '~').Select(letter => (char)letter), 12)
        select new string(letters).Replace(';', '_').Replace('"', '_').Replace(',', '_'));

    [Fact]
    public void A_cookie_is_found_among_others() => Prop.ForAll(
        Arb.From(
            from before in Gen.ListOf(Junk, 3)
            from after in Gen.ListOf(Junk, 3)
            select (before, after)),
        others =>
        {
            var secret = TokenSecret.New();
            string[] before = [.. others.before.Select(text => text.Replace("\"", string.Empty, StringComparison.Ordinal))];

            Assert.Equal(secret, Read(string.Join("; ", [.. before, $"{SessionCookie.Name}={secret}", .. others.after])));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_is_sent_is_no_error() => Prop.ForAll(
        Arb.From(ArbMap.Default.GeneratorFor<string>()),
        text => Assert.True(Read($"{SessionCookie.Name}={text}") is null or { Length: > 0 and <= TokenSecret.MaxLength })).QuickCheckThrowOnFailure();

    [Fact]
    public void Without_a_cookie_there_is_none_and_one_that_is_too_long_is_none()
    {
        Assert.Null(SessionCookie.Read(new DefaultHttpContext().Request));
        Assert.Null(Read($"{SessionCookie.Name}="));
        Assert.Null(Read($"{SessionCookie.Name}={new string('x', TokenSecret.MaxLength + 1)}"));
    }

    private static string? Read(string header)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Cookie = header;
        return SessionCookie.Read(http.Request);
    }
}
