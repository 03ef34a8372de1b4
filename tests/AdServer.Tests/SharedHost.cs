using Xunit;

namespace AdServer.Tests;

/// <summary>One host with one performer and one ad, for tests that do not disturb each other, such as those of what is refused.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    internal AdServerHost Host { get; private set; } = null!;

    internal string AdId { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Host = await AdServerHost.StartAsync();
        await new Portal(Host).SignUpAsync();
        AdId = await new Portal(Host).AddAdAsync();
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
