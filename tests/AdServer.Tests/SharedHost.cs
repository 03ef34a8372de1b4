using Xunit;

namespace AdServer.Tests;

/// <summary>One host for tests that do not disturb each other, such as those that are refused.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    internal AdServerHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await AdServerHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
