using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo.ModelEngine;

/// <summary>Which documents a filter takes.</summary>
internal static class ModelFilter
{
    public static bool Takes(BsonDocument filter, BsonDocument document) => filter.All(condition => condition.Name switch
    {
        "$and" => condition.Value.AsBsonArray.All(part => Takes(part.AsBsonDocument, document)),
        "$or" => condition.Value.AsBsonArray.Any(part => Takes(part.AsBsonDocument, document)),
        _ => TakesField(condition.Value, Find(document, condition.Name)),
    });

    /// <summary>A value by its path; null if it is not there, an array of what the parts of an array have.</summary>
    public static BsonValue Find(BsonValue value, string path)
    {
        foreach (var name in path.Split('.'))
        {
            value = value switch
            {
                BsonDocument document => document.GetValue(name, BsonNull.Value),
                BsonArray array => new BsonArray(array.OfType<BsonDocument>().Select(item => item.GetValue(name, BsonNull.Value))),
                _ => BsonNull.Value,
            };
        }

        return value;
    }

    private static bool TakesField(BsonValue condition, BsonValue value) =>
        condition is BsonDocument { ElementCount: > 0 } operators && operators.GetElement(0).Name.StartsWith('$')
            ? operators.All(one => TakesBy(one.Name, one.Value, value))
            : IsEqual(value, condition);

    private static bool TakesBy(string name, BsonValue operand, BsonValue value) => name switch
    {
        "$in" => operand.AsBsonArray.Any(item => IsEqual(value, item)),
        "$nin" => !operand.AsBsonArray.Any(item => IsEqual(value, item)),
        "$ne" => !IsEqual(value, operand),
        "$exists" => operand.AsBoolean == !value.IsBsonNull,
        "$gt" => Compares(value, operand) > 0,
        "$gte" => Compares(value, operand) >= 0,
        "$lt" => Compares(value, operand) < 0,
        "$lte" => Compares(value, operand) <= 0,
        _ => throw new NotSupportedException(name),
    };

    private static bool IsEqual(BsonValue value, BsonValue wanted) =>
        ModelValues.Order.Compare(value, wanted) == 0 || (value is BsonArray items && items.Any(item => ModelValues.Order.Compare(item, wanted) == 0));

    private static int? Compares(BsonValue value, BsonValue operand) =>
        ModelValues.AreOfOneKind(value, operand) ? ModelValues.Order.Compare(value, operand) : null;
}
