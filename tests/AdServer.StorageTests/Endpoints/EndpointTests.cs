using AdServer.Storage;
using AdServer.Tests;
using Xunit;

namespace AdServer.StorageTests.Endpoints;

/// <summary>That the tests of endpoints, compiled into this project, are about MongoDB.</summary>
public sealed class EndpointTests
{
    [Fact]
    public async Task The_host_of_a_test_keeps_its_data_in_MongoDB_and_nothing_in_its_folder()
    {
        await using var host = await AdServerHost.StartAsync();

        await new Portal(host).SignUpAsync();

        Assert.Equal("mongo", host.Get<StorageLocation>().Kind);
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Folder));
    }
}
