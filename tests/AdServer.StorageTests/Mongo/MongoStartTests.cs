using AdServer.Common;
using AdServer.Storage;
using AdServer.Storage.Mongo;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>What stops the start, within ten seconds and with words that say what to do and hold no password.</summary>
public sealed class MongoStartTests : IAsyncDisposable
{
    private const string Password = "s3cret";
    private readonly ScriptedServer server = new() { Answer = command => Task.FromResult<BsonDocument?>(NewDatabase(command)) };
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-tests-");

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_connection_string_implies_the_engine_and_the_start_says_where_it_is()
    {
        await using var services = Open($"mongodb://{server.Address}/ads");

        Assert.Equal(new StorageLocation("mongo", $"mongodb://{server.Address}/ads"), await services.OpenStorageAsync());
    }

    [Fact]
    public async Task A_new_database_is_claimed_before_its_indexes_are_made()
    {
        await using var services = Open($"mongodb://{server.Address}/ads");
        await services.OpenStorageAsync();

        var names = server.Commands.Select(command => command.GetElement(0).Name).ToList();
        var claim = server.Commands.First(command => command.Contains("insert"));
        Assert.Equal(("meta", MongoSchema.Version), (claim["insert"].AsString, claim["documents"][0]["version"].AsInt32));
        Assert.Equal(new BsonDocument { { "w", "majority" }, { "j", true } }, claim["writeConcern"]);
        Assert.InRange(names.IndexOf("insert"), names.IndexOf("listCollections"), names.IndexOf("createIndexes"));
        Assert.Contains(server.Commands, command => IsUniqueIndex(command, "performers", "emailKey"));
        Assert.Contains(server.Commands, command => IsUniqueIndex(command, "developers", "emailKey"));
    }

    [Fact]
    public async Task A_database_of_ours_is_not_claimed_again()
    {
        server.Answer = command => Task.FromResult<BsonDocument?>(DatabaseOfVersion(command, MongoSchema.Version));
        await using var services = Open($"mongodb://{server.Address}/ads");

        await services.OpenStorageAsync();

        Assert.DoesNotContain(server.Commands, command => command.Contains("insert"));
        Assert.Contains(server.Commands, command => command.Contains("createIndexes"));
    }

    [Fact]
    public async Task A_database_of_an_earlier_version_is_raised_to_this_one_before_anything_else_is_written()
    {
        server.Answer = command => Task.FromResult<BsonDocument?>(DatabaseOfVersion(command, 1));
        await using var services = Open($"mongodb://{server.Address}/ads");

        await services.OpenStorageAsync();

        Assert.DoesNotContain(server.Commands, command => command.Contains("insert"));
        var raise = server.Commands.Single(command => command.GetValue("update", "") == MongoSchema.Meta && command["updates"][0]["q"]["_id"] == "schema");
        Assert.Equal(new BsonDocument("$max", new BsonDocument("version", MongoSchema.Version)), raise["updates"][0]["u"]);
        Assert.Contains(server.Commands, command => command.GetValue("createIndexes", "") == "daily_ad_revisions");
        Assert.Contains(server.Commands, command => command.GetValue("createIndexes", "") == "ad_events");
        Assert.Contains(server.Commands, command => command.GetValue("createIndexes", "") == "daily_invalid_stats");
    }

    [Fact]
    public async Task A_newer_database_is_refused_and_left_as_it_is()
    {
        server.Answer = command => Task.FromResult<BsonDocument?>(DatabaseOfVersion(command, MongoSchema.Version + 1));

        await RefusesAsync($"mongodb://{server.Address}/ads", $"written by a newer server (schema {MongoSchema.Version + 1}; this one knows up to {MongoSchema.Version}). Start that one.");
        AssertNothingWritten();
    }

    [Fact]
    public async Task A_database_of_an_older_server_is_refused_and_left_as_it_is()
    {
        server.Answer = command => Task.FromResult<BsonDocument?>(
            command.Contains("listCollections") ? ScriptedServer.Found(new("name", "performers"), new("name", "ads")) : NewDatabase(command));

        await RefusesAsync($"mongodb://{server.Address}/ads", "(ads, performers)", "Name another database", "-- copy --from <uri of the old one> --to <uri");
        AssertNothingWritten();
    }

    [Fact]
    public Task A_server_that_does_not_answer_is_named_however_patient_the_connection_string_is() => RefusesAsync(
        $"mongodb://me:{Password}@127.0.0.1:1/ads?serverSelectionTimeoutMS=60000&connectTimeoutMS=60000&socketTimeoutMS=60000",
        "mongodb://***@127.0.0.1:1/ads",
        "Check that it runs");

    [Fact]
    public async Task A_wrong_password_says_what_to_check()
    {
        server.Answer = _ => Task.FromResult<BsonDocument?>(ScriptedServer.Error(18));

        await RefusesAsync($"mongodb://me:{Password}@{server.Address}/ads", "refuses the user name or the password", "authSource");
    }

    [Fact]
    public async Task A_wrong_name_of_the_replica_set_is_corrected()
    {
        server.Hello = Member("rs0", isPrimary: true);

        await RefusesAsync($"mongodb://me:{Password}@{server.Address}/ads?replicaSet=other", "is called 'rs0'", "Write replicaSet=rs0.");
    }

    [Fact]
    public Task A_replica_set_that_is_none_is_said() =>
        RefusesAsync($"mongodb://{server.Address}/ads?replicaSet=rs0", "is no member of a replica set", "Leave replicaSet out");

    [Theory]
    [InlineData("")]
    [InlineData("?replicaSet=rs0")]
    [InlineData("?directConnection=true")]
    public async Task Only_a_secondary_is_not_enough(string options)
    {
        server.Hello = Member("rs0", isPrimary: false);

        await RefusesAsync($"mongodb://{server.Address}/ads{options}", "Only a secondary answers", "replicaSet=rs0", "rs.status()");
    }

    [Fact]
    public async Task A_user_that_may_only_read_is_told_what_to_be_granted()
    {
        server.Answer = command => Task.FromResult<BsonDocument?>(
            command.Contains("update") ? ScriptedServer.Error(13) : DatabaseOfVersion(command, MongoSchema.Version));

        await RefusesAsync($"mongodb://{server.Address}/ads", "may not write to the database ads", "role: \"readWrite\"");
    }

    [Fact]
    public async Task A_deployment_without_a_majority_is_said()
    {
        var error = new BsonDocument { { "code", 64 }, { "errmsg", "waiting for replication timed out" } };
        server.Answer = command => Task.FromResult<BsonDocument?>(
            command.Contains("update") ? ScriptedServer.Ok(new("n", 1), new("writeConcernError", error)) : NewDatabase(command));

        await RefusesAsync($"mongodb://{server.Address}/ads", "cannot store on as many members", "Start the missing members");
        Assert.DoesNotContain(server.Commands, command => command.Contains("insert"));
    }

    [Fact]
    public async Task A_value_that_a_unique_index_forbids_is_not_quoted()
    {
        var error = ScriptedServer.Error(MongoReply.DuplicateKey).Set("errmsg", "E11000 dup key: { emailKey: \"ann@example.com\" }");
        server.Answer = command => Task.FromResult<BsonDocument?>(command.GetValue("createIndexes", "") == "performers" ? error : NewDatabase(command));

        var refusal = await RefusesAsync($"mongodb://{server.Address}/ads", "performers", "emailKey", "Correct them first");
        Assert.DoesNotContain("ann@example.com", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maintenance_of_a_mistyped_database_makes_no_store()
    {
        await using var services = Open($"mongodb://{server.Address}/mistyped", StorageAccess.Maintain);

        var refusal = await Assert.ThrowsAsync<StartException>(services.OpenStorageAsync);

        Assert.StartsWith($"There is no store at mongodb://{server.Address}/mistyped", refusal.Message, StringComparison.Ordinal);
        AssertNothingWritten();
    }

    [Fact]
    public async Task Indexes_that_take_long_are_waited_for_and_spoken_of()
    {
        var line = new FirstLine();
        server.Answer = async command =>
        {
            if (command.Contains("createIndexes"))
            {
                await line.Said;
            }

            return NewDatabase(command);
        };
        await using var services = Open(new ServiceCollection().AddLogging(logging => logging.AddProvider(line)), $"mongodb://{server.Address}/ads");

        await services.OpenStorageAsync();

        Assert.Contains($"Making the indexes of mongodb://{server.Address}/ads", await line.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_beside_a_server_changes_nothing()
    {
        server.Answer = command => Task.FromResult<BsonDocument?>(DatabaseOfVersion(command, MongoSchema.Version));
        await using var services = Open($"mongodb://{server.Address}/ads", StorageAccess.ReadOnly);
        await services.OpenStorageAsync();
        var commands = services.GetRequiredService<IMongoCommands>();

        await commands.RunAsync(new BsonDocument("find", "ads"), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => commands.RunAsync(new BsonDocument("insert", "ads"), TestContext.Current.CancellationToken));
        AssertNothingWritten();
    }

    [Fact]
    public async Task A_reader_makes_no_store()
    {
        await using var services = Open($"mongodb://{server.Address}/ads", StorageAccess.ReadOnly);

        Assert.Contains("There is no store at", (await Assert.ThrowsAsync<StartException>(services.OpenStorageAsync)).Message, StringComparison.Ordinal);
        AssertNothingWritten();
    }

    [Fact]
    public async Task The_kind_goes_before_the_connection_string()
    {
        await using (var services = Open("mongodb://127.0.0.1:1", StorageAccess.Serve, ("Storage:Kind", "SQLite")))
        {
            Assert.Equal("sqlite", (await services.OpenStorageAsync()).Kind);
        }
    }

    [Theory]
    [InlineData("Storage:Workers", "0", "1 to 256")]
    [InlineData("Storage:Deadline", "00:00:00.1", "00:00:01 to 00:10:00")]
    [InlineData("Storage:Kind", "mongodb", "sqlite, mongo")]
    public void Settings_that_cannot_be_are_refused_with_those_that_can(string key, string value, string allowed)
    {
        var refusal = Assert.Throws<StartException>(() => Open("mongodb://h", StorageAccess.Serve, (key, value)));

        Assert.EndsWith($"Allowed values: {allowed}.", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<StartException> RefusesAsync(string uri, params string[] words)
    {
        await using var services = Open(uri);
        var started = TimeProvider.System.GetTimestamp();

        var refusal = await Assert.ThrowsAsync<StartException>(services.OpenStorageAsync);

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(Password, refusal.ToString(), StringComparison.Ordinal);
        return refusal;
    }

    private ServiceProvider Open(
        string uri, StorageAccess access = StorageAccess.Serve, params (string Key, string Value)[] settings) =>
        Open(new ServiceCollection(), uri, access, settings);

    private ServiceProvider Open(
        IServiceCollection services,
        string uri,
        StorageAccess access = StorageAccess.Serve,
        params (string Key, string Value)[] settings)
    {
        var values = settings.Append(("ConnectionStrings:MongoDb", uri)).Select(pair => KeyValuePair.Create(pair.Item1, (string?)pair.Item2));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        return services.AddStorage(configuration, folder.FullName, access).BuildServiceProvider();
    }

    private void AssertNothingWritten() =>
        Assert.DoesNotContain(server.Commands, command => command.GetElement(0).Name is "insert" or "update" or "createIndexes");

    private BsonDocument Member(string setName, bool isPrimary) => new()
    {
        { "isWritablePrimary", isPrimary }, { "secondary", !isPrimary }, { "setName", setName }, { "setVersion", 1 },
        { "hosts", new BsonArray { server.Address } }, { "me", server.Address },
    };

    private static bool IsUniqueIndex(BsonDocument command, string collection, string key) =>
        command.GetValue("createIndexes", "") == collection
        && command["indexes"].AsBsonArray.Any(index => index["key"] == new BsonDocument(key, 1) && index.AsBsonDocument.GetValue("unique", false) == true);

    private static BsonDocument NewDatabase(BsonDocument command) =>
        command.GetElement(0).Name is "find" or "listCollections" ? ScriptedServer.Found() : ScriptedServer.Ok();

    private static BsonDocument DatabaseOfVersion(BsonDocument command, int version) =>
        command.GetValue("find", "") == MongoSchema.Meta && command["filter"]["_id"] == "schema"
            ? ScriptedServer.Found(new BsonDocument { { "_id", "schema" }, { "version", version } })
            : NewDatabase(command);

    /// <summary>A log that keeps the first line.</summary>
    private sealed class FirstLine : ILoggerProvider, ILogger
    {
        private readonly TaskCompletionSource<string> said = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Said => said.Task;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            said.TrySetResult(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
