using AdServer.Commands.Torture;
using Xunit;

namespace AdServer.Tests.Commands.Torture;

/// <summary>Another database of the same servers, for the same user.</summary>
public sealed class MongoAddressTests
{
    [Theory]
    [InlineData("mongodb://h", "mongodb://h/x")]
    [InlineData("mongodb://h/", "mongodb://h/x")]
    [InlineData("mongodb://h1:1,h2:2/ads?replicaSet=rs0", "mongodb://h1:1,h2:2/x?replicaSet=rs0")]
    [InlineData("mongodb://h?tls=true", "mongodb://h/x?tls=true")]
    [InlineData("mongodb://u:p@h", "mongodb://u:p@h/x?authSource=admin")]
    [InlineData("mongodb://u:p@h/users?w=majority", "mongodb://u:p@h/x?w=majority&authSource=users")]
    [InlineData("mongodb+srv://u:p@h/ads?authSource=admin", "mongodb+srv://u:p@h/x?authSource=admin")]
    [InlineData("mongodb://u@h/?authMechanism=MONGODB-X509", "mongodb://u@h/x?authMechanism=MONGODB-X509")]
    public void Only_the_database_changes(string uri, string expected) => Assert.Equal(expected, MongoAddress.With(uri, "x"));

    [Theory]
    [InlineData("mongodb://h", true)]
    [InlineData("mongodb+srv://h", true)]
    [InlineData("mongodb://", false)]
    [InlineData("http://h", false)]
    [InlineData("h:27017", false)]
    public void A_connection_string_is_known_by_its_scheme(string text, bool isOne) => Assert.Equal(isOne, MongoAddress.IsOne(text));
}
