using Xunit;

namespace AdServer.Tests;

/// <summary>One host with one performer and one ad, for tests that do not disturb each other, such as those of what is refused.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    private AdServerHost? host;
    private string? adId;

    internal AdServerHost Host => host ?? throw HostStore.Missing!;

    internal string AdId => adId ?? throw HostStore.Missing!;

    public async ValueTask InitializeAsync()
    {
        // What ends a test must be thrown in the test.
        if (HostStore.Missing is not null)
        {
            return;
        }

        host = await AdServerHost.StartAsync();
        await new Portal(Host).SignUpAsync();
        adId = await new Portal(Host).AddAdAsync();
    }

    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? default;
}
