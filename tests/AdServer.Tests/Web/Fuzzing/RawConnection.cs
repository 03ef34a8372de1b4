using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AdServer.Tests.Web.Fuzzing;

/// <summary>
/// A connection that sends whatever it is given and reads what comes back: an HTTP client of the framework would refuse to send most of what
/// is to be tried. It is made anew whenever the server closes it.
/// </summary>
internal sealed class RawConnection(Uri server) : IDisposable
{
    private readonly byte[] buffer = new byte[64 << 10];
    private TcpClient? socket;
    private NetworkStream? stream;
    private int start;
    private int end;

    /// <summary>Sends a request; the answer, or nothing if the server closed the connection instead.</summary>
    public async Task<RawAnswer?> SendAsync(byte[] request, CancellationToken cancellation)
    {
        try
        {
            if (socket is null)
            {
                socket = new TcpClient { NoDelay = true };
                await socket.ConnectAsync(server.Host, server.Port, cancellation);
                (stream, start, end) = (socket.GetStream(), 0, 0);
            }

            var isHead = request.AsSpan().StartsWith("HEAD "u8);
            // A server that refuses a large body answers before it has read all of it.
            var sending = stream!.WriteAsync(request, cancellation).AsTask();
            var answer = await ReadAsync(isHead, cancellation);
            if (!sending.IsCompletedSuccessfully || answer.IsLast)
            {
                Close();
                await sending.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            return answer;
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            Close();
            return null;
        }
    }

    public void Dispose() => Close();

    private void Close()
    {
        stream?.Dispose();
        socket?.Dispose();
        (socket, stream) = (null, null);
    }

    private async Task<RawAnswer> ReadAsync(bool isHead, CancellationToken cancellation)
    {
        var status = int.Parse((await ReadLineAsync(cancellation)).Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(cancellation) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var body = isHead || status is 204 or 304 or < 200 ? string.Empty
            : headers.ContainsKey("Transfer-Encoding") ? await ReadChunksAsync(cancellation)
            : await ReadTextAsync(int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture), cancellation);
        return new RawAnswer(status, headers, body);
    }

    private async Task<string> ReadChunksAsync(CancellationToken cancellation)
    {
        var text = new StringBuilder();
        while (int.Parse(await ReadLineAsync(cancellation), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var length)
        {
            text.Append(await ReadTextAsync(length, cancellation));
            await ReadLineAsync(cancellation);
        }

        await ReadLineAsync(cancellation);
        return text.ToString();
    }

    private async Task<string> ReadTextAsync(int length, CancellationToken cancellation)
    {
        var text = new StringBuilder(length);
        while (length > 0)
        {
            await FillAsync(cancellation);
            var piece = Math.Min(length, end - start);
            text.Append(Encoding.Latin1.GetString(buffer, start, piece));
            start += piece;
            length -= piece;
        }

        return text.ToString();
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (true)
        {
            await FillAsync(cancellation);
            var letter = buffer[start++];
            if (letter == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)letter);
        }
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        if (start == end)
        {
            start = 0;
            end = await stream!.ReadAsync(buffer, cancellation);
            if (end == 0)
            {
                throw new IOException("The server closed the connection");
            }
        }
    }
}

/// <summary>What came back.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>Whether the server closes the connection after it.</summary>
    public bool IsLast => Headers.GetValueOrDefault("Connection", string.Empty).Equals("close", StringComparison.OrdinalIgnoreCase);
}
