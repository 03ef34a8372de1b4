namespace AdServer.Access.SignIn;

/// <summary>
/// The cookie with the secret of a session: no script reads it, no page of another site sends it, and once the request came by https it goes by
/// https only. It ends with the browser or with the session.
/// </summary>
internal static class SessionCookie
{
    public const string Name = "adserver_session";

    /// <summary>The secret that a request carries, if any.</summary>
    public static string? Read(HttpRequest request) =>
        request.Headers.Cookie.Count > 0 && request.Cookies[Name] is { Length: > 0 and <= TokenSecret.MaxLength } secret ? secret : null;

    public static void Write(HttpContext http, string secret) => http.Response.Cookies.Append(Name, secret, Options(http.Request));

    public static void Delete(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http.Request));

    private static CookieOptions Options(HttpRequest request) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", Secure = request.IsHttps };
}
