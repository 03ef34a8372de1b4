using AdServer.Benchmarks;
using AdServer.Benchmarks.Http;

try
{
    return await RunAsync(args);
}
catch (OptionException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 1;
}

static async Task<int> RunAsync(string[] args) => args switch
{
    ["pick", .. var rest] => PickBenchmark.Run(rest),
    ["deliver", .. var rest] => await DeliverBenchmark.RunAsync(rest),
    ["rate"] => RateBenchmark.Run(),
    ["sign"] => SignBenchmark.Run(),
    ["start"] => await StartBenchmark.RunAsync(),
    ["signin"] => await SignInBenchmark.RunAsync(),
    ["http", .. var rest] => await HttpBenchmark.RunAsync(rest),
    ["bare", var url, var model, .. var ad] => await BareKestrel.RunAsync(url, model, ad is [var one] ? one : null),
    ["steady", .. var rest] => await SteadyBenchmark.RunAsync(rest),
    ["memory", .. var rest] => await MemoryBenchmark.RunAsync(rest),
    ["scale", .. var rest] => await ScaleBenchmark.RunAsync(rest),
    ["stats"] => await StatsBenchmark.RunAsync(),
    ["write", .. var rest] => await WriteBenchmark.RunAsync(rest),
    ["mongo", .. var rest] => await MongoBenchmark.RunAsync(rest),
    ["engine"] => await TrialEngine.RunAsync(),
    _ => Help(),
};

static int Help()
{
    Console.WriteLine("""
        Benchmarks of the ad server. Keep the machine idle, and compare only figures of one run.

          dotnet run -c Release --project tests/AdServer.Benchmarks -- <command>

          pick    the choice of an ad at 1,000, 10,000 and 100,000 ads with 0 to 100 % of them seen: time,
                  ratio to 1,000 ads, bytes allocated; for one package and for 1,000 in turn, or
                  --packages <n>: for so many
          deliver what a delivery costs beyond the web server, with 100, 10,000 and 100,000 ads: the choice,
                  counting, noting, the document; and writing a second of them; --parts <n> (20)
          rate    what rating adds to an event at its receipt and to a delivery: time and bytes; the memory
                  of delivered pairs
          sign    what signing adds to a delivery, and checking to an event: time and bytes
          start   a server on a store of 10,000 ads and a million events: time to its first ad, and its memory
          signin  how long a sign-in is refused for, with a known and an unknown address: medians, and
                  their difference against the noise
          stats   the statistics of one ad: a read of 365 days beside a read of one day
          http    the server beside the web server alone, which answers the same bytes, both driven by wrk:
                  ads, events, batches beside bare inserts, both, no ad; with 10,000, 100 and 100,000 ads:
                  requests a second, ratio, times, processor time, memory; http --seconds <n>: each round so
                  long (5); --ads <n>: only with so many; --only <text>: only loads with this in their name;
                  single events are sent once more at a part of what the server took: --at <part> (0.7)
          steady  the server with ads and events 1:1 for minutes: memory, queue, lag of the roll-up, rates;
                  --minutes <n> (5); --ads <n> (10,000); --rate <n>: so many requests a second instead of
                  as many as it can take; --every <n>: a line each so many seconds (15)
          memory  the memory of a server, and how long it takes to start: with 10,000 ads and 1,000 packages,
                  and with 100,000 of both, each package having seen 1 % of the ads; --ads <n>, --packages <n>,
                  --seen <percent>: one of that size; --delivered yes: the pairs are noted as delivered, too;
                  --seconds <n>: of each load (10)
          scale   the same days with 1 and 10 million events: time to the first ad, statistics of an ad, those
                  of all by day, and their ratios; --events <n>, --then <n>, --ads <n> (10,000),
                  --packages <n> (1,000), --seen <n>: of how many ads each package has events (100)
          write   what SQLite's writer does under load, each part alone: appends, rolls, a second of deliveries;
                  --rounds <n> (15)
          mongo   events a second into MongoDB, beside bare inserts; commands for a batch and for a roll;
                  on the engine of the tests, or on a database that is yours to fill: mongo <uri>
          engine  no benchmark: the engine of the tests with an empty store, to try a server on, until Ctrl-C
        """);
    return 1;
}
