using System.Buffers;
using System.Diagnostics;
using System.Text;
using AdServer.Events;
using AdServer.Serving;

namespace AdServer.Benchmarks;

/// <summary>What signing adds to a delivery, and checking to an event, beside writing the document of the ad: time and bytes.</summary>
internal static class SignBenchmark
{
    private const string Ad = "0199a0c6-8f5e-7c3a-9d2b-5f1e8a7c4b10";
    private const string App = "com.example.game";
    private const int Turns = 20;
    private const int Calls = 100_000;

    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    public static int Run()
    {
        var keys = new SigningKeys();
        keys.Take(Enumerable.Range(-7, 9).Select(day => SigningKey.Make(Noon.Date.AddDays(day), TimeSpan.FromDays(1), Noon.AddDays(-8), TimeSpan.Zero)));
        var deliveries = new SignedDeliveries(new ServingSettings { SignDeliveries = true }, keys);
        var text = new byte[DeliverySignature.MaxLength];
        var sent = Encoding.ASCII.GetString(text, 0, deliveries.Sign(Ad, App, Noon, text));
        var (document, answer) = (new byte[420], new ArrayBufferWriter<byte>(1024));

        Console.WriteLine($"{"",-44} {"ns",8} {"bytes",8}");
        Measure("writing a document of 420 bytes", () =>
        {
            answer.ResetWrittenCount();
            answer.Write(document);
        });
        Measure("signing a delivery", () => deliveries.Sign(Ad, App, Noon, text));
        Measure("checking a signature that is true", () => deliveries.Check(sent, Ad, App, Noon));
        Measure("checking one of another app", () => deliveries.Check(sent, Ad, "com.example.other", Noon));
        Measure("checking what is none", () => deliveries.Check("no signature", Ad, App, Noon));
        return deliveries.Check(sent, Ad, App, Noon) == DeliveryProof.Verified ? 0 : 1;
    }

    private static void Measure(string what, Action act)
    {
        var (times, bytes) = (new List<double>(), 0.0);
        for (var turn = 0; turn < Turns; turn++)
        {
            var (allocated, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            for (var call = 0; call < Calls; call++)
            {
                act();
            }

            times.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / Calls);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Calls;
        }

        Console.WriteLine($"{what,-44} {times.Order().ElementAt(Turns / 10),8:F1} {bytes,8:F2}");
    }
}
