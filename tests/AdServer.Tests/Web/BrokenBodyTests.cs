using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>Bodies that break off or are framed wrongly, sent byte by byte over a connection: the caller's fault, not an error of ours.</summary>
public sealed class BrokenBodyTests
{
    [Fact]
    public async Task A_chunk_of_an_impossible_size_is_a_bad_request()
    {
        await using var host = await AdServerHost.StartAsync();
        using var connection = await ConnectAsync(host);

        var answer = await SendAsync(connection, "Transfer-Encoding: chunked", "ffffffffffffffff\r\n{");

        Assert.Contains("400 Bad Request", answer, StringComparison.Ordinal);
        Assert.Contains("\"error\":\"Bad request\"", answer, StringComparison.Ordinal);
        Assert.Empty(host.Log.Warnings);
    }

    [Fact]
    public async Task A_caller_who_is_cut_off_inside_a_body_is_no_error_in_the_log()
    {
        await using var host = await AdServerHost.StartAsync();

        // Many, because the server learns of the end of a connection in two ways, and either may be first.
        for (var caller = 0; caller < 40; caller++)
        {
            using var connection = await ConnectAsync(host);

            // The invitation to send the body comes when the server waits for it.
            var invitation = await SendAsync(connection, "Expect: 100-continue\r\nContent-Length: 500", string.Empty);
            Assert.Contains("100 Continue", invitation, StringComparison.Ordinal);
            await connection.GetStream().WriteAsync("{"u8.ToArray(), TestContext.Current.CancellationToken);
            connection.Client.Close(0);
        }

        await host.StopAsync();

        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Who_announces_much_and_sends_nothing_takes_nothing_from_others()
    {
        // As many as all bodies together may hold, and one more.
        const int Callers = 65;
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        var adId = await new Portal(host).AddAdAsync();
        var connections = new List<TcpClient>();
        try
        {
            while (connections.Count < Callers)
            {
                connections.Add(await ConnectAsync(host));
                var invitation = await SendAsync(connections[^1], "Expect: 100-continue\r\nContent-Length: 4194304", string.Empty, "/ad_events");
                Assert.Contains("100 Continue", invitation, StringComparison.Ordinal);
            }

            await new Sdk(host).ReportsAsync(adId);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static async Task<TcpClient> ConnectAsync(AdServerHost host)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(host.Client.BaseAddress!.Host, host.Client.BaseAddress.Port, TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task<string> SendAsync(TcpClient connection, string headers, string body, string path = "/ad_event")
    {
        var request = $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}\r\n\r\n{body}";
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        var buffer = new byte[4096];
        var read = await connection.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
