using System.Text;
using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo.ModelEngine;

/// <summary>How values compare, as the manual says: by kind, then within the kind; text by its UTF-8 bytes.</summary>
internal sealed class ModelValues : IComparer<BsonValue>
{
    public static ModelValues Order { get; } = new();

    public int Compare(BsonValue? x, BsonValue? y)
    {
        var (left, right) = (x ?? BsonNull.Value, y ?? BsonNull.Value);
        var kinds = KindOf(left).CompareTo(KindOf(right));
        return kinds != 0 ? kinds : CompareSame(left, right);
    }

    /// <summary>Whether two values can be compared by an operator like <c>$gt</c>, which takes values of one kind only.</summary>
    public static bool AreOfOneKind(BsonValue left, BsonValue right) => KindOf(left) == KindOf(right);

    private static int CompareSame(BsonValue left, BsonValue right) => left switch
    {
        BsonString text when Ascii.IsValid(text.Value) && Ascii.IsValid(right.AsString) => string.CompareOrdinal(text.Value, right.AsString),
        BsonString text => Encoding.UTF8.GetBytes(text.Value).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.AsString)),
        BsonBinaryData bytes => bytes.Bytes.AsSpan().SequenceCompareTo(right.AsByteArray),
        BsonDocument document => CompareFields(document, right.AsBsonDocument),
        BsonArray array => CompareItems(array, right.AsBsonArray),
        { IsNumeric: true } => left.ToInt64().CompareTo(right.ToInt64()),
        _ => left.CompareTo(right),
    };

    private static int CompareFields(BsonDocument left, BsonDocument right) =>
        left.Names.Zip(right.Names, string.CompareOrdinal).Concat(left.Values.Zip(right.Values, Order.Compare)).FirstOrDefault(found => found != 0) is var found and not 0
            ? found
            : left.ElementCount.CompareTo(right.ElementCount);

    private static int CompareItems(BsonArray left, BsonArray right) =>
        left.Zip(right, Order.Compare).FirstOrDefault(found => found != 0) is var found and not 0 ? found : left.Count.CompareTo(right.Count);

    private static int KindOf(BsonValue value) => value switch
    {
        BsonNull => 1,
        { IsNumeric: true } => 2,
        BsonString => 3,
        BsonDocument => 4,
        BsonArray => 5,
        BsonBinaryData => 6,
        BsonBoolean => 8,
        BsonDateTime => 9,
        _ => throw new NotSupportedException(value.BsonType.ToString()),
    };
}
