namespace AdServer.Access.SignIn;

/// <summary>A link on its way to the person that it is for, as the webhook gets it.</summary>
/// <param name="Kind"><c>invitation</c> or <c>reset</c>.</param>
/// <param name="Email">Where to send it.</param>
/// <param name="Name">Whom it is for.</param>
/// <param name="Url">What to open.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record LinkMessage(LinkKind Kind, string Email, string Name, string Url, DateTimeOffset ExpiresAt);
