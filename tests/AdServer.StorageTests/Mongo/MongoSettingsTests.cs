using AdServer.Common;
using AdServer.Storage.Mongo;
using AdServer.Storage.Mongo.Native;
using Microsoft.Extensions.Configuration;
using MongoDB.Bson;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>Where the engine is, as people say it, and what of that nobody may see.</summary>
public sealed class MongoSettingsTests
{
    private const string Key = "ConnectionStrings:MongoDb";

    [Theory]
    [InlineData("mongodb://h", "adserver", "mongodb://h/adserver")]
    [InlineData("mongodb://h:1,i:2/ads?replicaSet=rs0", "ads", "mongodb://h:1,i:2/ads")]
    [InlineData("mongodb://h?replicaSet=rs0", "adserver", "mongodb://h/adserver")]
    [InlineData("mongodb+srv://me:s3cret@c.example.net/ads%20x?tls=true", "ads x", "mongodb+srv://***@c.example.net/ads x")]
    [InlineData("mongodb://me:s3c%40ret@h/?authSource=admin&tlsCertificateKeyFilePassword=s3cret", "adserver", "mongodb://***@h/adserver")]
    [InlineData("  mongodb://[::1]:27017/ads  ", "ads", "mongodb://[::1]:27017/ads")]
    public void A_uri_names_the_database_and_is_shown_without_its_secrets(string uri, string database, string shown)
    {
        var settings = Read((Key, uri));

        Assert.Equal((database, shown, shown), (settings.Database, settings.Redacted, settings.ToString()));
    }

    [Theory]
    [InlineData("mongodb://h", "mongodb://h/")]
    [InlineData("mongodb://u:p%40@h:1/ads?w=majority&x=%20", "mongodb://u:p%40@h:1/ads?w=majority&x=%20")]
    public void The_driver_gets_what_was_written(string uri, string full) => Assert.Equal(full, MongoUri.Parse(uri)!.Full);

    [Theory]
    [InlineData("localhost:27017")]
    [InlineData("http://localhost")]
    [InlineData("mongodb://")]
    [InlineData("mongodb://me:s3cr@et@h/ads")]
    [InlineData("mongodb://me:s3c/r@et")]
    [InlineData("mongodb://me:s3cr/et@h/ads")]
    [InlineData("mongodb://me:s3cr?et@h/ads")]
    public void What_is_no_uri_is_refused_with_the_shape_of_one_and_not_quoted(string text)
    {
        var refusal = Assert.Throws<StartException>(() => Read((Key, text)));

        Assert.Contains("mongodb://user:password@host:27017/adserver", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3c", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_variables_of_older_servers_make_a_uri_with_everything_escaped()
    {
        var settings = Read(
            ("DB_CONNECTION_STRING", "c.example.net"), ("DB_NAME", "ads"), ("DB_USERNAME", "m@e"), ("DB_PASSWORD", "p:/?#[]@%ä"));

        Assert.Equal("mongodb+srv://m%40e:p%3A%2F%3F%23%5B%5D%40%25%C3%A4@c.example.net/ads", settings.Uri.Full);
        Assert.Equal("mongodb+srv://***@c.example.net/ads", settings.Redacted);
    }

    [Fact]
    public void A_uri_goes_before_the_variables_but_for_the_database_that_it_does_not_name()
    {
        var settings = Read((Key, "mongodb://h"), ("DB_CONNECTION_STRING", "other"), ("DB_NAME", "ads"));

        Assert.Equal("mongodb://h/ads", settings.Redacted);
    }

    [Theory]
    [InlineData("DB_USERNAME", "me", "DB_PASSWORD")]
    [InlineData("DB_PASSWORD", "s3cret", "DB_USERNAME")]
    [InlineData("DB_CONNECTION_STRING", "mongodb://me:s3cret@h", "ConnectionStrings:MongoDb")]
    public void Variables_that_do_not_fit_together_are_named(string name, string value, string named)
    {
        var refusal = Assert.Throws<StartException>(() => Read(("DB_CONNECTION_STRING", "h"), (name, value)));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_without_a_place_is_refused_with_both_ways_to_name_one()
    {
        var refusal = Assert.Throws<StartException>(() => Read());

        Assert.Contains("ConnectionStrings:MongoDb", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("DB_CONNECTION_STRING", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("w=0")]
    [InlineData("w=1")]
    [InlineData("W=1")]
    [InlineData("w=-1")]
    [InlineData("w=3")]
    [InlineData("w=7")]
    [InlineData("w=nearest")]
    [InlineData("w=majority&w=1")]
    [InlineData("journal=false")]
    [InlineData("j=false")]
    [InlineData("readConcernLevel=local")]
    [InlineData("readPreference=secondaryPreferred")]
    public void A_uri_that_asks_for_less_is_refused(string option)
    {
        var refusal = Assert.Throws<StartException>(() => Read((Key, "mongodb://h/?" + option)));

        Assert.Contains("asks for", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "majority")]
    [InlineData("?w=majority&journal=true&readPreference=primary&readConcernLevel=majority", "majority")]
    [InlineData("?readConcernLevel=linearizable", "linearizable")]
    public void A_uri_may_ask_for_more(string options, string level)
    {
        var settings = Read((Key, "mongodb://h/" + options));

        Assert.Equal("majority", settings.Strengthen(new BsonDocument("insert", "a").Durable())["writeConcern"]["w"].ToString());
        Assert.Equal(level, settings.Strengthen(new BsonDocument("find", "a").Deciding())["readConcern"]["level"].ToString());
    }

    [Theory]
    [InlineData("", "socketTimeoutMS=5000")]
    [InlineData("?socketTimeoutMS=0", "socketTimeoutMS=5000")]
    [InlineData("?SocketTimeoutMS=60000", "socketTimeoutMS=5000")]
    [InlineData("?socketTimeoutMS=200", "socketTimeoutMS=200")]
    [InlineData("?connectTimeoutMS=0", "connectTimeoutMS=5000")]
    [InlineData("?serverSelectionTimeoutMS=30000", "serverSelectionTimeoutMS=2000")]
    public void The_timeouts_of_a_uri_may_be_shorter_than_the_deadline_and_not_longer(string options, string expected)
    {
        var uri = new MongocLimits(1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)).Apply(MongoUri.Parse("mongodb://h/" + options)!);

        Assert.Contains(expected, uri.Full.Split('?', '&'));
    }

    [Theory]
    [InlineData("mongodb://me:s3cret@h:1,i:2/x?replicaSet=rs0&tlsCAFile=a.pem", "mongodb://i:2/x?tlsCAFile=a.pem&directConnection=true")]
    [InlineData("mongodb+srv://me:s3cret@c.example.net/x?replicaSet=rs0", "mongodb://i:2/x?tls=true&directConnection=true")]
    [InlineData("mongodb+srv://c.example.net/x?tls=false", "mongodb://i:2/x?tls=false&directConnection=true")]
    public void One_host_is_asked_by_itself_as_the_uri_reaches_all(string uri, string expected) =>
        Assert.Equal(expected, MongoDiagnosis.DirectTo("i:2", MongoUri.Parse(uri)!).Full);

    [Fact]
    public void A_command_without_concerns_gets_none()
    {
        var command = new BsonDocument("ping", 1);

        Assert.Same(command, Read((Key, "mongodb://h/?readConcernLevel=linearizable")).Strengthen(command));
    }

    [Fact]
    public void The_password_is_taken_out_of_words_of_others_however_it_is_written()
    {
        var settings = Read((Key, "mongodb://me:s3c%40ret@h"));

        Assert.Equal("no ***, no *** for me", settings.Scrub("no s3c%40ret, no s3c@ret for me"));
        Assert.Equal("as it is", Read((Key, "mongodb://h")).Scrub("as it is"));
    }

    private static MongoSettings Read(params (string Key, string Value)[] settings)
    {
        var values = new Dictionary<string, string?>();
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        return MongoSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
    }
}
