using AdServer.Commands;
using AdServer.Common;
using Xunit;

namespace AdServer.Tests.Commands;

/// <summary>What each command line means.</summary>
public sealed class CommandLineTests
{
    private static Invocation Parse(string line) =>
        CommandLine.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData("", false, "")]
    [InlineData("serve", false, "")]
    [InlineData("--demo", true, "")]
    [InlineData("serve --demo", true, "")]
    [InlineData("--urls http://*:80 --demo", true, "--urls=http://*:80")]
    [InlineData("--Storage:Path /tmp/x.db", false, "--Storage:Path=/tmp/x.db")]
    [InlineData("--Storage:Path=/tmp/x=y.db --environment=Development", false, "--Storage:Path=/tmp/x=y.db --environment=Development")]
    [InlineData("--demo --contentRoot /srv --storage:path a", true, "--contentRoot=/srv --storage:path=a")]
    [InlineData("--Serilog:MinimumLevel:Override:AdServer Debug", false, "--Serilog:MinimumLevel:Override:AdServer=Debug")]
    [InlineData("--Catalog:PollEvery=00:00:05", false, "--Catalog:PollEvery=00:00:05")]
    [InlineData("--Traffic:Rules robot,repeat", false, "--Traffic:Rules=robot,repeat")]
    [InlineData("--applicationName=AdServer --Stats:RollUpEvery -1", false, "--applicationName=AdServer --Stats:RollUpEvery=-1")]
    public void Serving_is_the_default_and_configuration_passes_through(string line, bool demo, string configuration)
    {
        var serve = Assert.IsType<Invocation.Serve>(Parse(line));

        Assert.Equal(demo, serve.Demo);
        Assert.Equal(configuration, string.Join(' ', serve.Configuration));
    }

    [Fact]
    public void Each_command_word_is_its_command()
    {
        Assert.Equal(["--Storage:Path=x"], Assert.IsType<Invocation.Verify>(Parse("verify --Storage:Path x")).Configuration);
        Assert.Equal(["--Storage:Path=x"], Assert.IsType<Invocation.Rebuild>(Parse("--Storage:Path x rebuild")).Configuration);
        Assert.Empty(Assert.IsType<Invocation.OpenApi>(Parse("openapi")).Configuration);
    }

    [Fact]
    public void Verify_and_rebuild_take_days()
    {
        var (first, last) = (UtcDay.Parse("2026-03-10"), UtcDay.Parse("2026-03-12"));
        var whole = Assert.IsType<Invocation.Verify>(Parse("verify"));
        var part = Assert.IsType<Invocation.Verify>(Parse("verify --from 2026-03-10 --to 2026-03-12 --after 2026-03-10 --Storage:Path x"));
        var day = Assert.IsType<Invocation.Rebuild>(Parse("rebuild --day 2026-03-10"));
        var remote = Assert.IsType<Invocation.Rebuild>(Parse("rebuild --from 2026-03-10 --to 2026-03-12 --url http://x:1/y"));

        Assert.True(whole.Days.IsWhole);
        Assert.Equal(new DaySpan(first, last, first), part.Days);
        Assert.Equal((new DaySpan(first, first), null), (day.Days, day.Url));
        Assert.Equal((new DaySpan(first, last), new Uri("http://x:1/y/")), (remote.Days, remote.Url));
    }

    [Theory]
    [InlineData("2026-03-09", false)]
    [InlineData("2026-03-10", false)]
    [InlineData("2026-03-11", true)]
    [InlineData("2026-03-12", true)]
    [InlineData("2026-03-13", false)]
    public void A_span_of_days_goes_from_its_first_or_after_what_is_done_to_its_last(string day, bool isHeld)
    {
        var span = new DaySpan(UtcDay.Parse("2026-03-09"), UtcDay.Parse("2026-03-12"), UtcDay.Parse("2026-03-10"));

        Assert.Equal(isHeld, span.Holds(UtcDay.Parse(day)));
        Assert.True(DaySpan.All.Holds(UtcDay.Parse(day)));
    }

    [Fact]
    public void Simulate_has_defaults_and_takes_each_option()
    {
        var plain = Assert.IsType<Invocation.Simulate>(Parse("simulate")).Options;
        var full = Assert.IsType<Invocation.Simulate>(
            Parse("simulate --url https://ads.example/base --devices 7 --seconds 9 --packages 3 --seed -4 --speed 2.5 --new-connections")).Options;

        Assert.Equal(new(new Uri("http://localhost:5080/"), 500, TimeSpan.FromSeconds(60), 20, 1, 20, false), plain);
        Assert.Equal(new(new Uri("https://ads.example/base/"), 7, TimeSpan.FromSeconds(9), 3, -4, 2.5, true), full);
    }

    [Fact]
    public void Torture_has_defaults_and_takes_each_option()
    {
        var plain = Assert.IsType<Invocation.Torture>(Parse("torture"));
        var full = Assert.IsType<Invocation.Torture>(
            Parse("torture --cycles 200 --minutes 9 --seed -4 --hosts 3 --to mongodb://ann:secret@db.example/?replicaSet=rs0")).Options;

        Assert.Equal((new(20, null, 1, 1, null), 2), (plain.Options, plain.ExitCodeOfFault));
        Assert.Equal(new(200, TimeSpan.FromMinutes(9), -4, 3, "mongodb://ann:secret@db.example/?replicaSet=rs0"), full);
    }

    [Theory]
    [InlineData("sqlite:data/a.db", "--Storage:Kind=sqlite --Storage:Path=data/a.db")]
    [InlineData("SQLite:///var/lib/a.db", "--Storage:Kind=sqlite --Storage:Path=/var/lib/a.db")]
    [InlineData("mongodb://me:p%40ss@h1,h2/ads?replicaSet=rs0", "--Storage:Kind=mongo --ConnectionStrings:MongoDb=mongodb://me:p%40ss@h1,h2/ads?replicaSet=rs0")]
    [InlineData("mongodb+srv://h/ads", "--Storage:Kind=mongo --ConnectionStrings:MongoDb=mongodb+srv://h/ads")]
    public void Copy_takes_each_end_for_the_settings_of_a_store(string store, string settings)
    {
        var copy = Assert.IsType<Invocation.Copy>(Parse($"copy --from {store} --to {store} --Storage:Workers 2"));

        Assert.Equal(settings, string.Join(' ', copy.From.Configuration));
        Assert.Equal(settings, string.Join(' ', copy.To.Configuration));
        Assert.Equal(["--Storage:Workers=2"], copy.Configuration);
    }

    [Fact]
    public void Backup_and_restore_take_a_file_and_the_settings_of_a_server()
    {
        var backup = Assert.IsType<Invocation.Backup>(Parse("backup x.zip --Storage:Path y.db"));
        var forced = Assert.IsType<Invocation.Backup>(Parse("--Storage:Path=y.db backup --force /b/x.zip"));
        var restore = Assert.IsType<Invocation.Restore>(Parse("restore /b/x.zip --Storage:Path y.db"));

        Assert.Equal((Path.GetFullPath("x.zip"), false, 1), (backup.File, backup.IsForced, backup.ExitCodeOfFault));
        Assert.Equal(("/b/x.zip", true), (forced.File, forced.IsForced));
        Assert.Equal(("/b/x.zip", 2), (restore.File, restore.ExitCodeOfFault));
        Assert.All((string[][])[backup.Configuration, forced.Configuration, restore.Configuration], settings => Assert.Equal(["--Storage:Path=y.db"], settings));
    }

    [Theory]
    [InlineData("verfy", "'verfy' is no command. Did you mean 'verify'? Commands: serve, verify, rebuild, rerate, copy, backup, restore, simulate, torture, openapi.")]
    [InlineData("bakcup x.zip", "'bakcup' is no command. Did you mean 'backup'? Commands: ")]
    [InlineData("restroe x.zip", "'restroe' is no command. Did you mean 'restore'? Commands: ")]
    [InlineData("backup", "Required argument missing for command: 'backup'.")]
    [InlineData("backup x.zip y.zip", "'y.zip' is no command. ")]
    [InlineData("backup --forse x.zip", "'--forse' is no option of 'backup'. Did you mean '--force'? Options: --force, ")]
    [InlineData("backup x.zip --forse", "'--forse' is no option of 'backup'. Did you mean '--force'? ")]
    [InlineData("backup x.zip --Storage:Pat", "--Storage:Pat needs a value.")]
    [InlineData("restore --force x.zip", "'--force' is no option of 'restore'. ")]
    [InlineData("restore --from x.zip", "'--from' is no option of 'restore'. ")]
    [InlineData("--dmo", "'--dmo' is no option of 'serve'. Did you mean '--demo'? Options: --demo, ")]
    [InlineData("--url http://x", "'--url' is no option of 'serve'. Did you mean '--urls'? ")]
    [InlineData("-x", "'-x' is no option of 'serve'. Options: --demo, ")]
    [InlineData("--dmo=true", "'--dmo=true' is no option of 'serve'. Did you mean '--demo'?")]
    [InlineData("nonsense", "'nonsense' is no command. Commands: ")]
    [InlineData("--demo verify", "The command 'verify' must come first.")]
    [InlineData("verify --demo", "'--demo' is no option of 'verify'. ")]
    [InlineData("verify again", "'again' is no command. ")]
    [InlineData("simulate --device 5", "'--device' is no option of 'simulate'. Did you mean '--devices'? ")]
    [InlineData("--Stroage:Path x", "'Stroage' in '--Stroage:Path' is no section of the settings. Did you mean 'Storage'? Sections: Storage, ")]
    [InlineData("--urls", "--urls needs a value.")]
    [InlineData("verify --Storage:Path", "--Storage:Path needs a value.")]
    [InlineData("simulate --Storage:Path x", "simulate reads no settings: '--Storage:Path=x' would change nothing.")]
    [InlineData("simulate --urls http://x", "simulate reads no settings: '--urls=http://x' would change nothing. Did you mean '--url'?")]
    [InlineData("simulate --urls=http://x", "simulate reads no settings: '--urls=http://x' would change nothing. Did you mean '--url'?")]
    [InlineData("verify --from 2026-02-30", "--from must be a day, such as 2026-03-10.")]
    [InlineData("verify --from 2026-03-11 --to 2026-03-10", "--to must not be before --from.")]
    [InlineData("verify --day 2026-03-11", "'--day' is no option of 'verify'.")]
    [InlineData("rebuild --day today", "--day must be a day, such as 2026-03-10.")]
    [InlineData("rebuild --day 2026-03-11 --from 2026-03-11", "--day goes with neither --from nor --to.")]
    [InlineData("rebuild --url http://x", "--url needs --day, or --from and --to: a running server does it for the days that are named.")]
    [InlineData("rebuild --url http://x --from 2026-03-11", "--url needs --day, or --from and --to: a running server does it for the days that are named.")]
    [InlineData("rebuild --day 2026-03-11 --url x", "--url must be an absolute http or https address")]
    [InlineData("rerate --day 2026-03-11 --to 2026-03-11", "--day goes with neither --from nor --to.")]
    [InlineData("rerate --url http://x", "--url needs --day, or --from and --to: a running server does it for the days that are named.")]
    [InlineData("simulate --url localhost:5080", "--url must be an absolute http or https address")]
    [InlineData("simulate --url /ads", "--url must be an absolute http or https address")]
    [InlineData("simulate --url ftp://x", "--url must be an absolute http or https address")]
    [InlineData("simulate --devices 0", "--devices must be a number from 1 to 100000.")]
    [InlineData("simulate --devices many", "--devices must be a number from 1 to 100000.")]
    [InlineData("simulate --speed fast", "--speed must be a number from 0.1 to 1000.")]
    [InlineData("simulate --seed x", "--seed must be a whole number.")]
    [InlineData("copy --from sqlite:a.db", "Option '--to' is required.")]
    [InlineData("copy --from sqlite:a.db --to sqlite:", "--to names no store. Write sqlite:<file>, mongodb://")]
    [InlineData("copy --from postgres://me:s3cret@h/db --to sqlite:a.db", "--from names no store: postgres is none of ours. Write ")]
    [InlineData("copy --from me:s3cret@h --to sqlite:a.db", "--from names no store. ")]
    [InlineData("copy --from mongodb:// --to sqlite:a.db", "--from names no store. ")]
    [InlineData("copy mongodb://me:s3cret@h/db", "'mongodb://…' is no command. ")]
    [InlineData("torture --cycles 0", "--cycles must be a number from 1 to 100000.")]
    [InlineData("torture --minutes x", "--minutes must be a number from 1 to 100000.")]
    [InlineData("torture --hosts 3", "--hosts needs --to: only a MongoDB is shared by several servers.")]
    [InlineData("torture --to localhost", "--to must be a connection string, such as mongodb://localhost:27017.")]
    [InlineData("torture --Storage:Path x", "torture reads no settings: '--Storage:Path=x' would change nothing.")]
    public void What_is_not_understood_is_answered_by_one_clear_line(string line, string beginning)
    {
        var answer = Assert.IsType<Invocation.Answer>(Parse(line));

        Assert.Equal(2, answer.ExitCode);
        Assert.StartsWith(beginning, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', answer.Text);
        Assert.DoesNotContain("s3cret", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "simulate")]
    [InlineData("-h", "verify")]
    [InlineData("--help", "--demo")]
    [InlineData("simulate --help", "--new-connections")]
    [InlineData("torture --help", "--cycles")]
    [InlineData("verify --help", "exit code 1 if they differ, 2 if they could not be compared")]
    [InlineData("backup --help", "beside running servers: all that was answered before is in it")]
    [InlineData("restore --help", "Exit code 1 if verify finds differences, 2 if nothing was restored.")]
    [InlineData("copy --help", "Stop the servers of both stores first.")]
    [InlineData("serve -h", "--demo")]
    [InlineData("--demo --help", "--demo")]
    [InlineData("--version", "AdServer 1.0.0")]
    public void Help_and_version_are_answers(string line, string part)
    {
        var answer = Assert.IsType<Invocation.Answer>(Parse(line));

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains(part, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verfy", "verify", 1)]
    [InlineData("verfiy", "verify", 1)]
    [InlineData("", "serve", 5)]
    [InlineData("serve", "serve", 0)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_counts_letters_to_change(string left, string right, int distance)
    {
        Assert.Equal(distance, Spelling.Distance(left, right));
        Assert.Equal(distance, Spelling.Distance(right, left));
    }
}
