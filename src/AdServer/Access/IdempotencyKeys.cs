using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AdServer.Common;

namespace AdServer.Access;

/// <summary>
/// Requests with the header <c>Idempotency-Key</c> create one thing however often they come, as draft-ietf-httpapi-idempotency-key-header says.
/// Before anything is created the key is reserved together with the identity of what is to be created; whoever carries the request out again,
/// on whatever host and after whatever crash, creates the same thing, which every store does once.
/// </summary>
internal sealed partial class IdempotencyKeys(IIdempotencyStore store, TimeProvider clock, ILogger<IdempotencyKeys> log)
{
    public const string Header = "Idempotency-Key";

    /// <summary>The most keys of one caller that are kept.</summary>
    public const int MostKeys = 10_000;

    private const int MostLetters = 255;

    /// <summary>How long a key is kept at least.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private static readonly ApiError Invalid = ApiError.BadRequest($"Invalid {Header}: 1 to {MostLetters} visible ASCII characters, without spaces");
    private static readonly ApiError Busy = new(StatusCodes.Status409Conflict, $"A request with this {Header} is being worked on; try again", ApiError.BusyRetryAfter);
    private static readonly ApiError OtherRequest = new(StatusCodes.Status422UnprocessableEntity, $"This {Header} was used for another request");

    private static readonly ApiError TooMany = new(
        StatusCodes.Status429TooManyRequests, $"{MostKeys} keys of yours are kept, each for {Kept.TotalHours:0} hours; send no {Header}, or wait", (int)TimeSpan.FromHours(1).TotalSeconds);

    private readonly ConcurrentDictionary<string, bool> working = new(StringComparer.Ordinal);

    /// <summary>What a key has created is not there any more.</summary>
    public static ApiError Removed { get; } = ApiError.Conflict($"What this {Header} created has been removed");

    /// <summary>Begins a request; to be disposed of at its end. Without the header it is one like any other.</summary>
    /// <param name="http">The request.</param>
    /// <param name="caller">Whose key it is.</param>
    /// <param name="asked">What is asked for, by which a key is known to be used for the same.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<(ApiError? Error, IdempotentCall? Call)> BeginAsync(HttpRequest http, Caller caller, object asked, CancellationToken cancellation)
    {
        var now = clock.Now();
        if (http.Headers[Header] is not { Count: > 0 } sent)
        {
            return (null, new IdempotentCall(Ids.New(now)));
        }

        if (sent is not [{ Length: > 0 and <= MostLetters } key] || key.Any(letter => letter is <= ' ' or > '~'))
        {
            return (Invalid, null);
        }

        // A person stays who he is from session to session.
        var callerId = caller.Subject?.ToString() ?? caller.TokenId ?? caller.Name;
        var wanted = new ReservedKey(IdOf(http, callerId, key), callerId, Hash(JsonSerializer.SerializeToUtf8Bytes(asked, ApiJson.Options)), Ids.New(now), now);
        if (!working.TryAdd(wanted.Id, true))
        {
            return (Busy, null);
        }

        var call = await ReserveAsync(wanted, cancellation);
        if (call.Call is null)
        {
            End(wanted.Id);
        }

        return call;
    }

    private void End(string id) => working.TryRemove(id, out _);

    private async Task<(ApiError? Error, IdempotentCall? Call)> ReserveAsync(ReservedKey wanted, CancellationToken cancellation)
    {
        try
        {
            if (await store.ReserveKeyAsync(wanted, MostKeys, cancellation) is not var (held, isNew))
            {
                return (TooMany, null);
            }

            return held.Fingerprint != wanted.Fingerprint
                ? (OtherRequest, null)
                : (null, new IdempotentCall(held.ObjectId, held.Answer, !isNew, answer => AnswerAsync(held.Id, answer), () => End(held.Id)));
        }
        catch
        {
            End(wanted.Id);
            throw;
        }
    }

    /// <summary>What was created is created: that it could not be remembered is no reason to say otherwise. Who asks again creates it no second time.</summary>
    private async Task AnswerAsync(string id, KeyAnswer answer)
    {
        try
        {
            await store.AnswerKeyAsync(id, answer, CancellationToken.None);
        }
        catch (StoreUnavailableException fault)
        {
            LogForgotten(fault);
        }
    }

    /// <summary>Of a caller, a route with its parameter, and a key. None but the last can hold a line feed.</summary>
    private static string IdOf(HttpRequest http, string callerId, string key)
    {
        var route = http.HttpContext.GetEndpoint() is RouteEndpoint endpoint ? RouteRules.PatternOf(endpoint) : string.Empty;
        return Hash(Encoding.UTF8.GetBytes($"{callerId}\n{http.Method} {route}\n{key}\n{http.RouteValues["id"]}"));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    [LoggerMessage(LogLevel.Warning, "How a request with an Idempotency-Key was answered could not be noted; should it come again, it is carried out again, to the same end")]
    private partial void LogForgotten(Exception fault);
}
