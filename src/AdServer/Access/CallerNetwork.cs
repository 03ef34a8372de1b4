using System.Net;

namespace AdServer.Access;

/// <summary>Whoever sends a request, as far as his address tells: an IPv4 address, or the /64 of an IPv6 one, of which a single caller has all.</summary>
/// <param name="Start">The first eight bytes.</param>
/// <param name="Length">How long the address is, in bytes.</param>
internal readonly record struct CallerNetwork(ulong Start, int Length)
{
    private const int LongestAddress = 16;

    /// <summary>Of the connection; behind a proxy of <c>Access:Proxies</c>, of the caller that it names.</summary>
    public static CallerNetwork Of(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        Span<byte> bytes = stackalloc byte[LongestAddress];
        (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryWriteBytes(bytes, out var length);
        return new CallerNetwork(BitConverter.ToUInt64(bytes), length);
    }
}
