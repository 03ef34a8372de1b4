using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo.ModelEngine;

/// <summary>What an update makes of a document.</summary>
internal static class ModelUpdate
{
    /// <summary>The document after the change; what it was is left as it is.</summary>
    public static BsonDocument Apply(BsonDocument document, BsonDocument change, bool isInsert = false)
    {
        if (change.ElementCount == 0 || !change.GetElement(0).Name.StartsWith('$'))
        {
            return new BsonDocument("_id", document["_id"]).Merge(change, overwriteExistingElements: true).DeepClone().AsBsonDocument;
        }

        var changed = document.DeepClone().AsBsonDocument;
        foreach (var part in change)
        {
            foreach (var field in part.Value.AsBsonDocument)
            {
                ApplyField(changed, part.Name, field, isInsert);
            }
        }

        return changed;
    }

    /// <summary>The document that an upsert begins with: the equalities of its filter.</summary>
    public static BsonDocument Begin(BsonDocument filter) =>
        new(filter.Where(condition => condition.Value is not BsonDocument).Select(condition => condition.DeepClone()));

    private static void ApplyField(BsonDocument document, string operation, BsonElement field, bool isInsert)
    {
        var path = field.Name.Split('.');
        var home = path.SkipLast(1).Aggregate(document, (at, name) => at.GetValue(name, null) is BsonDocument inner ? inner : (at[name] = new BsonDocument()).AsBsonDocument);
        var (name, value) = (path[^1], field.Value.DeepClone());
        var old = home.GetValue(name, BsonNull.Value);
        _ = operation switch
        {
            "$set" => home[name] = value,
            "$setOnInsert" => isInsert ? home[name] = value : old,
            "$inc" => home[name] = (old.IsBsonNull ? 0 : old.ToInt64()) + value.ToInt64(),
            "$max" => home[name] = old.IsBsonNull || ModelValues.Order.Compare(value, old) > 0 ? value : old,
            "$unset" => Remove(home, name),
            "$pull" => home[name] = new BsonArray(old.AsBsonArray.Where(item => !ModelFilter.Takes(value.AsBsonDocument, item.AsBsonDocument))),
            _ => throw new NotSupportedException(operation),
        };
    }

    private static BsonNull Remove(BsonDocument home, string name)
    {
        home.Remove(name);
        return BsonNull.Value;
    }
}
