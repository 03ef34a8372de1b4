using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo.ModelEngine;

/// <summary>What a pipeline makes of documents.</summary>
internal static class ModelPipeline
{
    public static IEnumerable<BsonDocument> Run(IEnumerable<BsonDocument> documents, BsonArray pipeline) =>
        pipeline.Select(stage => stage.AsBsonDocument.GetElement(0)).Aggregate(documents, (found, stage) => stage.Name switch
        {
            "$match" => found.Where(document => ModelFilter.Takes(stage.Value.AsBsonDocument, document)),
            "$sort" => Sort(found, stage.Value.AsBsonDocument),
            "$limit" => found.Take(stage.Value.ToInt32()),
            "$group" => Group(found, stage.Value.AsBsonDocument),
            _ => throw new NotSupportedException(stage.Name),
        });

    public static IEnumerable<BsonDocument> Sort(IEnumerable<BsonDocument> documents, BsonDocument order) =>
        order.Reverse().Aggregate(documents, (found, key) => key.Value.ToInt32() > 0
            ? found.OrderBy(document => ModelFilter.Find(document, key.Name), ModelValues.Order)
            : found.OrderByDescending(document => ModelFilter.Find(document, key.Name), ModelValues.Order));

    private static IEnumerable<BsonDocument> Group(IEnumerable<BsonDocument> documents, BsonDocument group) =>
        documents.GroupBy(document => Value(group["_id"], document)).Select(some => new BsonDocument("_id", some.Key).AddRange(
            group.Skip(1).Select(field => new BsonElement(field.Name, Fold(some, field.Value.AsBsonDocument.GetElement(0))))));

    private static BsonValue Fold(IEnumerable<BsonDocument> documents, BsonElement by)
    {
        var values = documents.Select(document => Value(by.Value, document)).ToList();
        return by.Name switch
        {
            "$sum" => values.Where(value => value.IsNumeric).Sum(value => value.ToInt64()),
            "$min" => values.Where(value => !value.IsBsonNull).Min(ModelValues.Order) ?? BsonNull.Value,
            "$max" => values.Where(value => !value.IsBsonNull).Max(ModelValues.Order) ?? BsonNull.Value,
            "$push" => new BsonArray(values),
            _ => throw new NotSupportedException(by.Name),
        };
    }

    private static BsonValue Value(BsonValue expression, BsonDocument document) => expression switch
    {
        BsonString { Value: ['$', .. var path] } => ModelFilter.Find(document, path),
        BsonDocument operation when operation.ElementCount == 1 && operation.GetElement(0).Name.StartsWith('$') =>
            Compute(operation.GetElement(0).Name, operation[0], document),
        BsonDocument fields => new BsonDocument(fields.Select(field => new BsonElement(field.Name, Value(field.Value, document)))),
        _ => expression,
    };

    private static BsonValue Compute(string name, BsonValue operands, BsonDocument document)
    {
        if (name == "$literal")
        {
            return operands;
        }

        var values = operands.AsBsonArray.Select(operand => Value(operand, document)).ToList();
        return name switch
        {
            "$cond" => values[0].ToBoolean() ? values[1] : values[2],
            "$eq" => ModelValues.Order.Compare(values[0], values[1]) == 0,
            "$gt" => ModelValues.Order.Compare(values[0], values[1]) > 0,
            "$ne" => ModelValues.Order.Compare(values[0], values[1]) != 0,
            "$ifNull" => values[0].IsBsonNull ? values[1] : values[0],
            _ => throw new NotSupportedException(name),
        };
    }
}
