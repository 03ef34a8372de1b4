using System.Diagnostics.Metrics;
using AdServer.Common;

namespace AdServer.Access.SignIn;

/// <summary>What signing in tells the one who runs it.</summary>
internal sealed class SignInMetrics
{
    private readonly Counter<long> attempts;
    private readonly Counter<long> links;

    public SignInMetrics(IMeterFactory meters, TokenDirectory directory)
    {
        var meter = meters.Create("AdServer.Access");
        attempts = meter.CreateCounter<long>("adserver.sign_in.attempts", "{attempt}", "Attempts to sign in, by outcome");
        links = meter.CreateCounter<long>("adserver.sign_in.links", "{link}", "One-time links by what became of their delivery");
        meter.CreateObservableGauge("adserver.sign_in.sessions", () => directory.Sessions.Count(), "{session}", "Sessions of people who are signed in");
    }

    public void Accepted() => Count(attempts, "accepted");

    public ApiError Refused(ApiError answer) => Count(attempts, "refused", answer);

    public ApiError Locked(ApiError answer) => Count(attempts, "locked", answer);

    public ApiError Busy(ApiError answer) => Count(attempts, "busy", answer);

    public void LinkDelivered() => Count(links, "delivered");

    public void LinkFailed() => Count(links, "failed");

    /// <summary>There was no room in a queue.</summary>
    public void LinkDropped() => Count(links, "dropped");

    private static ApiError Count(Counter<long> counter, string outcome, ApiError answer)
    {
        Count(counter, outcome);
        return answer;
    }

    private static void Count(Counter<long> counter, string outcome) => counter.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
