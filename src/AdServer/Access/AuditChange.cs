using System.Text.Json;
using System.Text.Json.Nodes;
using AdServer.Common;

namespace AdServer.Access;

/// <summary>
/// A change that is about to be made. What is given as the thing before and after is what callers may read of it: records of answers, never
/// those that hold a hash or a secret.
/// </summary>
/// <param name="Action">What is done.</param>
/// <param name="ObjectId">To which thing; nothing where it is not to be named.</param>
internal sealed record AuditChange(AuditAction Action, string? ObjectId)
{
    /// <summary>The performer that the thing belongs to.</summary>
    public string? PerformerId { get; init; }

    /// <summary>The thing as it is; nothing if there is none.</summary>
    public object? Before { get; init; }

    /// <summary>The thing as it is to be; nothing if there is to be none.</summary>
    public object? After { get; init; }

    /// <summary>The entry. Of a thing that is there before and after only the members that differ are kept.</summary>
    public AuditEntry ToEntry(string id, DateTimeOffset at, AuditOrigin origin)
    {
        var (before, after) = (Write(Before), Write(After));
        if (before is not null && after is not null)
        {
            foreach (var name in before.Select(member => member.Key).Where(name => JsonNode.DeepEquals(before[name], after[name])).ToList())
            {
                before.Remove(name);
                after.Remove(name);
            }
        }

        return new AuditEntry
        {
            Id = id,
            At = at,
            Origin = origin,
            Action = Action.Name,
            ObjectKind = Action.ObjectKind,
            ObjectId = ObjectId,
            PerformerId = PerformerId,
            Before = before?.ToJsonString(ApiJson.Options),
            After = after?.ToJsonString(ApiJson.Options),
        };
    }

    private static JsonObject? Write(object? thing) =>
        thing is null ? null : JsonSerializer.SerializeToNode(thing, thing.GetType(), ApiJson.Options)!.AsObject();
}
